package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;

/** Which part of a row's outputs is on its target's side of one half. */
final class BinaryAccuracy implements Metric {
  private static final float THRESHOLD = 0.5f;

  private final int perRow;

  BinaryAccuracy(int perRow) {
    this.perRow = perRow;
  }

  @Override
  public double sum(float[] predictions, SampleBatch batch) {
    double sum = 0;
    for (int row = 0; row < batch.rows(); row++) {
      int right = 0;
      for (int i = row * perRow; i < (row + 1) * perRow; i++) {
        float expected = batch.hasLabels() ? batch.labels()[row] : batch.targets()[i];
        right += expected == (predictions[i] > THRESHOLD ? 1f : 0f) ? 1 : 0;
      }
      sum += (double) right / perRow;
    }
    return sum;
  }
}
