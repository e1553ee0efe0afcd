package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;
import java.util.function.DoubleUnaryOperator;

/** The mean over a row's elements of a measure of the difference. */
final class MeanError implements Metric {
  private final int perRow;
  private final DoubleUnaryOperator measure;

  MeanError(int perRow, DoubleUnaryOperator measure) {
    this.perRow = perRow;
    this.measure = measure;
  }

  @Override
  public double sum(float[] predictions, SampleBatch batch) {
    float[] targets = batch.targets();
    double sum = 0;
    for (int row = 0; row < batch.rows(); row++) {
      double rowSum = 0;
      for (int i = row * perRow; i < (row + 1) * perRow; i++) {
        rowSum += measure.applyAsDouble(predictions[i] - targets[i]);
      }
      sum += rowSum / perRow;
    }
    return sum;
  }
}
