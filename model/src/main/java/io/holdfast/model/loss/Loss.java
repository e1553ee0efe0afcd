package io.holdfast.model.loss;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.LossFunction;
import io.holdfast.model.data.SampleBatch;

/**
 * A loss as the sum over rows of each row's loss (itself a mean over positions where a row has more
 * than one). The owner of the sum divides by the rows of the global batch.
 */
public interface Loss {

  /**
   * The sum over the batch's rows; writes its gradient with respect to each output.
   *
   * @param outputs [rows, outputs of a sample]
   * @param gradient of the same size
   */
  double sum(float[] outputs, SampleBatch batch, float[] gradient);

  /**
   * Whether this loss takes the values that go into the last layer's {@code activation} rather than
   * those that come out. Keras does so for cross-entropies after softmax and (as both keep their
   * logits) after sigmoid.
   */
  static boolean takesLogits(LossFunction loss, ActivationFunction activation) {
    boolean keepsLogits =
        activation == ActivationFunction.SOFTMAX || activation == ActivationFunction.SIGMOID;
    return loss.isCrossEntropy() && keepsLogits;
  }

  /**
   * The loss of a model.
   *
   * @param size size of the output's last dimension: classes
   * @param perRow elements of one sample's output
   */
  static Loss of(LossFunction function, boolean logits, int size, int perRow) {
    return switch (function) {
      case MEAN_SQUARED_ERROR -> new MeanSquaredError(perRow);
      case MEAN_ABSOLUTE_ERROR -> new MeanAbsoluteError(perRow);
      case BINARY_CROSSENTROPY ->
          logits ? new LogitsBinaryCrossEntropy(perRow) : new BinaryProbabilityCrossEntropy(perRow);
      case SPARSE_CATEGORICAL_CROSSENTROPY ->
          logits ? new LogitsCrossEntropy(size, perRow) : new SparseProbabilityCrossEntropy(size);
      case CATEGORICAL_CROSSENTROPY ->
          logits
              ? new LogitsCrossEntropy(size, perRow)
              : new CategoricalProbabilityCrossEntropy(size, perRow);
    };
  }
}
