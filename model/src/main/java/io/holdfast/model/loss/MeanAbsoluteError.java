package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;

/** The mean over a row's elements of the difference's size; where there is none, no gradient. */
final class MeanAbsoluteError implements Loss {
  private final int perRow;

  MeanAbsoluteError(int perRow) {
    this.perRow = perRow;
  }

  @Override
  public double sum(float[] outputs, SampleBatch batch, float[] gradient) {
    float[] targets = batch.targets();
    double sum = 0;
    for (int row = 0; row < batch.rows(); row++) {
      double rowSum = 0;
      for (int i = row * perRow; i < (row + 1) * perRow; i++) {
        float difference = outputs[i] - targets[i];
        rowSum += Math.abs(difference);
        gradient[i] = Math.signum(difference) / perRow;
      }
      sum += rowSum / perRow;
    }
    return sum;
  }
}
