package io.holdfast.model.optimizer;

import io.holdfast.job.OptimizerSpec;
import java.util.List;

/**
 * RMSprop in Keras 3's order of operations: {@code v = rho * v + (1 - rho) * g^2}; centered also
 * {@code a = rho * a + (1 - rho) * g}; the step is {@code s = lr * g / sqrt(v + epsilon)}, centered
 * {@code lr * g / sqrt(v - a^2 + epsilon)}; then {@code w -= s}, or with momentum {@code m =
 * momentum * m + s}, {@code w -= m}.
 */
final class RmsProp implements Optimizer {
  private final float rho;
  private final float oneMinusRho;
  private final float momentum;
  private final float epsilon;
  private final boolean centered;

  RmsProp(OptimizerSpec.RmsProp spec) {
    this.rho = (float) spec.rho();
    this.oneMinusRho = (float) (1 - spec.rho());
    this.momentum = (float) spec.momentum();
    this.epsilon = (float) spec.epsilon();
    this.centered = spec.centered();
  }

  /** The mean of squares, then the momentum, then the mean: those that there are. */
  @Override
  public int slots() {
    return 1 + (momentum > 0 ? 1 : 0) + (centered ? 1 : 0);
  }

  @Override
  public void update(long iterations, float learningRate, SliceUpdate slice) {
    Blocks.update(
        slice,
        (value, gradient, slots, n) -> {
          squares(gradient, slots.get(0), n);
          if (centered) {
            centeredSteps(gradient, slots.get(0), slots.get(slots.size() - 1), learningRate, n);
          } else {
            steps(gradient, slots.get(0), learningRate, n);
          }
          descend(value, gradient, slots, n);
        });
  }

  private void squares(float[] g, float[] v, int n) {
    float keep = rho;
    float rate = oneMinusRho;
    for (int i = 0; i < n; i++) {
      v[i] = keep * v[i] + rate * (g[i] * g[i]);
    }
  }

  /** The gradients become steps. */
  private void steps(float[] g, float[] v, float rate, int n) {
    float eps = epsilon;
    for (int i = 0; i < n; i++) {
      g[i] = rate * g[i] / (float) Math.sqrt(v[i] + eps);
    }
  }

  private void centeredSteps(float[] g, float[] v, float[] a, float rate, int n) {
    float keep = rho;
    float gain = oneMinusRho;
    float eps = epsilon;
    for (int i = 0; i < n; i++) {
      a[i] = keep * a[i] + gain * g[i];
      g[i] = rate * g[i] / (float) Math.sqrt(v[i] - a[i] * a[i] + eps);
    }
  }

  private void descend(float[] w, float[] steps, List<float[]> slots, int n) {
    if (momentum > 0) {
      gather(slots.get(1), steps, n);
    }
    for (int i = 0; i < n; i++) {
      w[i] -= steps[i];
    }
  }

  private void gather(float[] m, float[] steps, int n) {
    float keep = momentum;
    for (int i = 0; i < n; i++) {
      m[i] = keep * m[i] + steps[i];
      steps[i] = m[i];
    }
  }
}
