package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;

/**
 * Cross-entropy of probabilities p, each against its own target t in [0, 1], as the mean over a
 * row's elements: {@code -t * log(p) - (1 - t) * log(1 - p)} with p clipped to [1e-7, 1 - 1e-7].
 */
final class BinaryProbabilityCrossEntropy implements Loss {
  private final int perRow;

  BinaryProbabilityCrossEntropy(int perRow) {
    this.perRow = perRow;
  }

  @Override
  public double sum(float[] outputs, SampleBatch batch, float[] gradient) {
    float[] targets = batch.targets();
    double sum = 0;
    for (int row = 0; row < batch.rows(); row++) {
      double rowSum = 0;
      for (int i = row * perRow; i < (row + 1) * perRow; i++) {
        float p = Clip.apply(outputs[i]);
        float t = targets[i];
        rowSum -= t * StrictMath.log(p) + (1 - t) * StrictMath.log(1 - p);
        gradient[i] = Clip.passes(outputs[i]) ? ((1 - t) / (1 - p) - t / p) / perRow : 0;
      }
      sum += rowSum / perRow;
    }
    return sum;
  }
}
