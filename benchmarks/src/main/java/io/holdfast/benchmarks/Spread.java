package io.holdfast.benchmarks;

import java.util.Arrays;

/** The least, the middle and the greatest of some measured values. */
public record Spread(double min, double median, double max) {

  /** The spread of one value or more. */
  public static Spread of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(sorted[0], quantile(sorted, 0.5), sorted[sorted.length - 1]);
  }

  /** The value below which a part {@code q} of the sorted values lies, between two neighbours. */
  public static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
  }
}
