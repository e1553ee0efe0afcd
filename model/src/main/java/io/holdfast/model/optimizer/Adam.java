package io.holdfast.model.optimizer;

import io.holdfast.job.OptimizerSpec;

/**
 * Adam in Keras 3's order of operations, all in float: {@code alpha = lr * sqrt(1 - b2^t) / (1 -
 * b1^t)}, {@code m += (g - m) * (1 - b1)}, {@code v += (g^2 - v) * (1 - b2)}, {@code w -= m * alpha
 * / (sqrt(v) + epsilon)}. AdamW first takes {@code w -= w * decay * lr}, of every trainable
 * variable.
 */
final class Adam implements Optimizer {
  private final float beta1;
  private final float beta2;
  private final float oneMinusBeta1;
  private final float oneMinusBeta2;
  private final float epsilon;
  private final float weightDecay;

  Adam(OptimizerSpec.Adam spec) {
    this(spec.beta1(), spec.beta2(), spec.epsilon(), 0);
  }

  Adam(OptimizerSpec.AdamW spec) {
    this(spec.beta1(), spec.beta2(), spec.epsilon(), spec.weightDecay());
  }

  private Adam(double beta1, double beta2, double epsilon, double weightDecay) {
    this.beta1 = (float) beta1;
    this.beta2 = (float) beta2;
    this.oneMinusBeta1 = (float) (1 - beta1);
    this.oneMinusBeta2 = (float) (1 - beta2);
    this.epsilon = (float) epsilon;
    this.weightDecay = (float) weightDecay;
  }

  @Override
  public int slots() {
    return 2;
  }

  @Override
  public void update(long iterations, float learningRate, SliceUpdate slice) {
    float alpha = alpha(iterations + 1, learningRate);
    Blocks.update(
        slice,
        (value, gradient, slots, n) -> {
          if (weightDecay > 0) {
            decay(value, learningRate, n);
          }
          step(value, gradient, slots.get(0), slots.get(1), alpha, n);
        });
  }

  private float alpha(long step, float learningRate) {
    float power1 = (float) StrictMath.pow(beta1, (float) step);
    float power2 = (float) StrictMath.pow(beta2, (float) step);
    return learningRate * (float) Math.sqrt(1 - power2) / (1 - power1);
  }

  private void decay(float[] w, float learningRate, int n) {
    float decay = weightDecay;
    for (int i = 0; i < n; i++) {
      w[i] -= w[i] * decay * learningRate;
    }
  }

  private void step(float[] w, float[] g, float[] m, float[] v, float alpha, int n) {
    float rate1 = oneMinusBeta1;
    float rate2 = oneMinusBeta2;
    float eps = epsilon;
    for (int i = 0; i < n; i++) {
      m[i] += (g[i] - m[i]) * rate1;
      v[i] += (g[i] * g[i] - v[i]) * rate2;
      w[i] -= m[i] * alpha / ((float) Math.sqrt(v[i]) + eps);
    }
  }
}
