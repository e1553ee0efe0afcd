package io.holdfast.job;

/** Losses by Keras's names in lower case; each is the mean over the samples of the global batch. */
public enum LossFunction {
  SPARSE_CATEGORICAL_CROSSENTROPY,
  CATEGORICAL_CROSSENTROPY,
  MEAN_SQUARED_ERROR
}
