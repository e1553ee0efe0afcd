package io.holdfast.model.optimizer;

import io.holdfast.job.OptimizerSpec;

/**
 * Adagrad in Keras 3's order of operations: {@code a += g^2}, {@code w -= lr * g / sqrt(a +
 * epsilon)}.
 */
final class Adagrad implements Optimizer {
  private final float epsilon;

  Adagrad(OptimizerSpec.Adagrad spec) {
    this.epsilon = (float) spec.epsilon();
  }

  @Override
  public int slots() {
    return 1;
  }

  @Override
  public void update(long iterations, float learningRate, SliceUpdate slice) {
    Blocks.update(
        slice, (value, gradient, slots, n) -> step(value, gradient, slots.get(0), learningRate, n));
  }

  private void step(float[] w, float[] g, float[] a, float rate, int n) {
    float eps = epsilon;
    for (int i = 0; i < n; i++) {
      a[i] += g[i] * g[i];
      w[i] -= rate * g[i] / (float) Math.sqrt(a[i] + eps);
    }
  }
}
