package io.holdfast.model.loss;

import io.holdfast.job.LossFunction;
import io.holdfast.model.data.SampleBatch;

/**
 * Keras's "accuracy": which part of a row's positions is right, summed over rows. Binary (above one
 * half) for one output, else by the largest output; the first of equal ones counts.
 */
public final class Accuracy {
  private static final float THRESHOLD = 0.5f;

  private final int classes;
  private final int perRow;
  private final boolean binary;

  private Accuracy(int classes, int perRow, boolean binary) {
    this.classes = classes;
    this.perRow = perRow;
    this.binary = binary;
  }

  /**
   * The accuracy that fits a loss.
   *
   * @param classes size of the output's last dimension
   * @param perRow elements of one sample's output
   */
  public static Accuracy of(LossFunction loss, int classes, int perRow) {
    boolean binary = loss == LossFunction.MEAN_SQUARED_ERROR && classes == 1;
    return new Accuracy(classes, perRow, binary);
  }

  /** The sum over the batch's rows; {@code outputs} may be logits. */
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
    if (binary) {
      return batch.targets()[from] == (outputs[from] > THRESHOLD ? 1f : 0f);
    }
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
