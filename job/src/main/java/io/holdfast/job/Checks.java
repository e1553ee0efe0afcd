package io.holdfast.job;

import java.time.Duration;

/** Bounds that the values of a job hold themselves to. */
final class Checks {
  private Checks() {}

  static void range(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(what + " " + value + " is not in " + min + ".." + max);
    }
  }

  /** A window or stride of a layer. */
  static void window(String what, int height, int width) {
    range(what, height, 1, JobLimits.MAX_WINDOW);
    range(what, width, 1, JobLimits.MAX_WINDOW);
  }

  /** In [0, 1); not NaN. */
  static void belowOne(String what, double value) {
    require(value >= 0 && value < 1, what, value);
  }

  /** Above 0 and finite. */
  static void positive(String what, double value) {
    require(value > 0 && value < Double.POSITIVE_INFINITY, what, value);
  }

  /** A span of time above 0. */
  static void positive(String what, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(what + " " + time + " is not above 0");
    }
  }

  /** At least 0 and finite. */
  static void notNegative(String what, double value) {
    require(value >= 0 && value < Double.POSITIVE_INFINITY, what, value);
  }

  static void name(String name) {
    range("length of a name", name.length(), 1, JobLimits.MAX_NAME_LENGTH);
  }

  static void require(boolean holds, String what, double value) {
    if (!holds) {
      throw new IllegalArgumentException(what + " " + value + " is out of range");
    }
  }
}
