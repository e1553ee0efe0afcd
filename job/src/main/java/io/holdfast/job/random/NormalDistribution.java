package io.holdfast.job.random;

/**
 * Quantiles of the standard normal distribution by Acklam's rational approximation (relative error
 * below 1.15e-9), in strict arithmetic.
 */
final class NormalDistribution {
  private static final double LOW = 0.02425;

  /** Probability of a value below -2, to the last digit of a double. */
  private static final double BELOW_MINUS_TWO = 0.022750131948179207;

  private static final double[] CENTRE_TOP = {
    -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
    1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00
  };
  private static final double[] CENTRE_BOTTOM = {
    -5.447609879822406e+01,
    1.615858368580409e+02,
    -1.556989798598866e+02,
    6.680131188771972e+01,
    -1.328068155288572e+01,
    1
  };
  private static final double[] TAIL_TOP = {
    -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
    -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00
  };
  private static final double[] TAIL_BOTTOM = {
    7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1
  };

  private NormalDistribution() {}

  /** The value below which a part {@code p} of the distribution lies; p in (0, 1). */
  static double quantile(double p) {
    if (p < LOW) {
      double q = StrictMath.sqrt(-2 * StrictMath.log(p));
      return polynomial(TAIL_TOP, q) / polynomial(TAIL_BOTTOM, q);
    }
    if (p > 1 - LOW) {
      return -quantile(1 - p);
    }
    double q = p - 0.5;
    double r = q * q;
    return q * polynomial(CENTRE_TOP, r) / polynomial(CENTRE_BOTTOM, r);
  }

  /** As {@link #quantile}, of the distribution cut off at -2 and 2. */
  static double truncatedQuantile(double p) {
    double value = quantile(BELOW_MINUS_TWO + p * (1 - 2 * BELOW_MINUS_TWO));
    return Math.max(-2, Math.min(2, value));
  }

  private static double polynomial(double[] coefficients, double x) {
    double sum = 0;
    for (double coefficient : coefficients) {
      sum = sum * x + coefficient;
    }
    return sum;
  }
}
