package io.holdfast.job;

/** Losses by Keras's names in lower case; each is the mean over the samples of the global batch. */
public enum LossFunction {
  SPARSE_CATEGORICAL_CROSSENTROPY,
  CATEGORICAL_CROSSENTROPY,
  BINARY_CROSSENTROPY,
  MEAN_SQUARED_ERROR,
  MEAN_ABSOLUTE_ERROR;

  /** Whether it compares probabilities rather than numbers. */
  public boolean isCrossEntropy() {
    return this != MEAN_SQUARED_ERROR && this != MEAN_ABSOLUTE_ERROR;
  }

  /** Whether it wants the number of a class rather than a target of the output's shape. */
  public boolean wantsClass() {
    return this == SPARSE_CATEGORICAL_CROSSENTROPY;
  }
}
