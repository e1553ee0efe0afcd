package io.holdfast.model.loss;

/** Keras's clipping of probabilities. */
final class Clip {
  private static final float LOW = 1e-7f;
  private static final float HIGH = (float) (1 - 1e-7);

  private Clip() {}

  static float apply(float probability) {
    return Math.max(LOW, Math.min(HIGH, probability));
  }

  /** Whether the gradient goes through: not where clipping changed the value. */
  static boolean passes(float probability) {
    return probability >= LOW && probability <= HIGH;
  }
}
