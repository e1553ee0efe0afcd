package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;

/**
 * Cross-entropy of sigmoid(outputs), each against its own target t in [0, 1], as the mean over a
 * row's elements: {@code max(x, 0) - x * t + log(1 + exp(-|x|))}, gradient {@code sigmoid(x) - t}.
 */
final class LogitsBinaryCrossEntropy implements Loss {
  private final int perRow;

  LogitsBinaryCrossEntropy(int perRow) {
    this.perRow = perRow;
  }

  @Override
  public double sum(float[] outputs, SampleBatch batch, float[] gradient) {
    float[] targets = batch.targets();
    double sum = 0;
    for (int row = 0; row < batch.rows(); row++) {
      double rowSum = 0;
      for (int i = row * perRow; i < (row + 1) * perRow; i++) {
        double x = outputs[i];
        rowSum += Math.max(x, 0) - x * targets[i] + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
        gradient[i] = (float) ((1 / (1 + StrictMath.exp(-x)) - targets[i]) / perRow);
      }
      sum += rowSum / perRow;
    }
    return sum;
  }
}
