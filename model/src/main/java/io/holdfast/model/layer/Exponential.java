package io.holdfast.model.layer;

/**
 * {@code e^x} in strict arithmetic: the same bits on every machine, which {@code Math.exp} does not
 * promise, and several times as fast as {@code StrictMath.exp}. Right to about 12 digits, five more
 * than a float has.
 */
final class Exponential {
  private static final double LOG2_E = 1.4426950408889634;

  /** ln 2 in two parts, the first of which has so few digits that its multiples are exact. */
  private static final double LN2_HIGH = 0x1.62e42feep-1;

  private static final double LN2_LOW = 0x1.a39ef35793c76p-33;

  /** Beyond it a float is infinite, or 0. */
  private static final double LIMIT = 700;

  private static final int EXPONENT_BIAS = 1023;
  private static final int MANTISSA_BITS = 52;

  private Exponential() {}

  /** {@code x = n * ln 2 + r}, so {@code e^x = 2^n * e^r}; e^r by its series, |r| below 0.35. */
  static double of(double x) {
    double held = Math.max(-LIMIT, Math.min(LIMIT, x));
    double n = Math.rint(held * LOG2_E);
    double r = held - n * LN2_HIGH - n * LN2_LOW;
    double sum = 1 + r / 10;
    for (int term = 9; term >= 1; term--) {
      sum = 1 + r / term * sum;
    }
    return sum * Double.longBitsToDouble(((long) n + EXPONENT_BIAS) << MANTISSA_BITS);
  }
}
