package io.holdfast.model.layer;

/**
 * The error function in strict arithmetic: the same bits on every machine. The quotient of two
 * polynomials that Eigen, and so TensorFlow, takes for floats, worked out in double: right to 7e-8.
 */
final class ErrorFunction {
  /** Where a float's erf is 1. */
  private static final double LIMIT = 4;

  private ErrorFunction() {}

  static double of(double x) {
    double held = Math.max(-LIMIT, Math.min(LIMIT, x));
    double s = held * held;
    double p = -2.72614225801306e-10;
    p = p * s + 2.77068142495902e-08;
    p = p * s - 2.10102402082508e-06;
    p = p * s - 5.69250639462346e-05;
    p = p * s - 7.34990630326855e-04;
    p = p * s - 2.95459980854025e-03;
    p = p * s - 1.60960333262415e-02;
    double q = -1.45660718464996e-05;
    q = q * s - 2.13374055278905e-04;
    q = q * s - 1.68282697438203e-03;
    q = q * s - 7.37332916720468e-03;
    q = q * s - 1.42647390514189e-02;
    return held * p / q;
  }
}
