package io.holdfast.job;

/**
 * Metrics by Keras's names in lower case; "accuracy" means the accuracy that fits the loss, as in
 * Keras.
 */
public enum MetricFunction {
  ACCURACY
}
