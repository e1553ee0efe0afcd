package io.holdfast.job;

/** Activation functions by Keras's names in lower case, with its constants. */
public enum ActivationFunction {
  LINEAR,
  RELU,
  SIGMOID,
  TANH,
  SOFTMAX,
  /** {@code x > 0 ? x : exp(x) - 1}. */
  ELU,
  EXPONENTIAL,
  /** {@code x * Phi(x)} with the error function itself, not its approximation by tanh. */
  GELU,
  /** {@code x / 6 + 1 / 2}, held to [0, 1]. */
  HARD_SIGMOID,
  /** {@code x > 0 ? x : 0.2 * x}. */
  LEAKY_RELU,
  /** {@code min(max(x, 0), 6)}. */
  RELU6,
  SELU,
  /** {@code x * sigmoid(x)}, also called swish. */
  SILU,
  SOFTPLUS,
  SOFTSIGN
}
