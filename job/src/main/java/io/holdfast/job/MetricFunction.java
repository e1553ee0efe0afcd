package io.holdfast.job;

/**
 * Metrics by Keras's names in lower case; "accuracy" means the accuracy that fits loss and output,
 * as in Keras: binary for a single output.
 */
public enum MetricFunction {
  ACCURACY,
  BINARY_ACCURACY,
  MEAN_ABSOLUTE_ERROR,
  MEAN_SQUARED_ERROR
}
