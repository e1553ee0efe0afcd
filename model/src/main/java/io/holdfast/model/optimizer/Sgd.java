package io.holdfast.model.optimizer;

import io.holdfast.job.OptimizerSpec;

/**
 * Gradient descent in Keras 3's order of operations: {@code m' = m * momentum - g * lr}, then
 * {@code w + m'}, or with nesterov {@code w + (m' * momentum - g * lr)}; without momentum {@code w
 * - g * lr}.
 */
final class Sgd implements Optimizer {
  private final boolean hasMomentum;
  private final boolean nesterov;
  private final float momentum;

  Sgd(OptimizerSpec.Sgd spec) {
    this.hasMomentum = spec.momentum() > 0;
    this.nesterov = spec.nesterov();
    this.momentum = (float) spec.momentum();
  }

  @Override
  public int slots() {
    return hasMomentum ? 1 : 0;
  }

  @Override
  public void update(long iterations, float learningRate, SliceUpdate slice) {
    Blocks.update(
        slice,
        (value, gradient, slots, n) -> {
          if (!hasMomentum) {
            descend(value, gradient, learningRate, n);
          } else if (nesterov) {
            nesterov(value, gradient, slots.get(0), learningRate, n);
          } else {
            momentum(value, gradient, slots.get(0), learningRate, n);
          }
        });
  }

  private static void descend(float[] w, float[] g, float rate, int n) {
    for (int i = 0; i < n; i++) {
      w[i] -= g[i] * rate;
    }
  }

  private void momentum(float[] w, float[] g, float[] m, float rate, int n) {
    for (int i = 0; i < n; i++) {
      m[i] = m[i] * momentum - g[i] * rate;
      w[i] += m[i];
    }
  }

  private void nesterov(float[] w, float[] g, float[] m, float rate, int n) {
    for (int i = 0; i < n; i++) {
      m[i] = m[i] * momentum - g[i] * rate;
      w[i] += m[i] * momentum - g[i] * rate;
    }
  }
}
