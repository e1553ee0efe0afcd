package io.holdfast.model.loss;

import io.holdfast.job.MetricFunction;
import io.holdfast.model.data.SampleBatch;

/** A metric as the sum over rows of each row's value. */
public interface Metric {

  /**
   * The sum over the batch's rows.
   *
   * @param predictions [rows, outputs of a sample], the model's; {@link Accuracy} takes logits too
   */
  double sum(float[] predictions, SampleBatch batch);

  /**
   * A metric of a model.
   *
   * @param size size of the output's last dimension: classes
   * @param perRow elements of one sample's output
   */
  static Metric of(MetricFunction function, int size, int perRow) {
    return switch (function) {
      case ACCURACY -> size == 1 ? new BinaryAccuracy(perRow) : new Accuracy(size, perRow);
      case BINARY_ACCURACY -> new BinaryAccuracy(perRow);
      case MEAN_ABSOLUTE_ERROR -> new MeanError(perRow, Math::abs);
      case MEAN_SQUARED_ERROR -> new MeanError(perRow, difference -> difference * difference);
    };
  }
}
