package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;

/**
 * Which part of a row's positions has its largest output, the first of equal ones, at the class or
 * at the target's largest value.
 */
final class Accuracy implements Metric {
  private final int classes;
  private final int perRow;

  /**
   * @param classes size of the output's last dimension
   * @param perRow elements of one sample's output
   */
  Accuracy(int classes, int perRow) {
    this.classes = classes;
    this.perRow = perRow;
  }

  /** The sum over the batch's rows; {@code outputs} may be logits. */
  @Override
  public double sum(float[] outputs, SampleBatch batch) {
    int positions = perRow / classes;
    double sum = 0;
    for (int row = 0; row < batch.rows(); row++) {
      int right = 0;
      for (int position = 0; position < positions; position++) {
        int from = row * perRow + position * classes;
        right += right(outputs, batch, row, from) ? 1 : 0;
      }
      sum += (double) right / positions;
    }
    return sum;
  }

  private boolean right(float[] outputs, SampleBatch batch, int row, int from) {
    int expected = batch.hasLabels() ? batch.labels()[row] : largest(batch.targets(), from);
    return largest(outputs, from) == expected;
  }

  private int largest(float[] values, int from) {
    int best = 0;
    for (int i = 1; i < classes; i++) {
      if (values[from + i] > values[from + best]) {
        best = i;
      }
    }
    return best;
  }
}
