package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;

/** The mean over a row's elements of the squared difference. */
final class MeanSquaredError implements Loss {
  private final int perRow;

  MeanSquaredError(int perRow) {
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
        rowSum += (double) difference * difference;
        gradient[i] = 2 * difference / perRow;
      }
      sum += rowSum / perRow;
    }
    return sum;
  }
}
