package io.holdfast.job;

/** Activation functions by Keras's names in lower case. */
public enum ActivationFunction {
  LINEAR,
  RELU,
  SIGMOID,
  TANH,
  SOFTMAX
}
