package io.holdfast.job;

/**
 * Distributions of initial values by Keras's names in lower case; fans are computed as Keras does.
 */
public enum Initializer {
  ZEROS,
  ONES,
  GLOROT_UNIFORM,
  GLOROT_NORMAL,
  HE_UNIFORM,
  HE_NORMAL,
  LECUN_UNIFORM,
  LECUN_NORMAL,
  RANDOM_UNIFORM,
  RANDOM_NORMAL
}
