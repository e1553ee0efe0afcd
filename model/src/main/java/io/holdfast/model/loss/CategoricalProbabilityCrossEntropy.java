package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;

/**
 * Cross-entropy of a distribution given probabilities, as Keras computes it: they are divided by
 * their sum, clipped to [1e-7, 1 - 1e-7], and {@code -sum(t * log(p))} taken.
 */
final class CategoricalProbabilityCrossEntropy implements Loss {
  private final int classes;
  private final int perRow;

  CategoricalProbabilityCrossEntropy(int classes, int perRow) {
    this.classes = classes;
    this.perRow = perRow;
  }

  @Override
  public double sum(float[] outputs, SampleBatch batch, float[] gradient) {
    float[] targets = batch.targetsOrOneHot(classes);
    int positions = perRow / classes;
    double sum = 0;
    for (int row = 0; row < batch.rows(); row++) {
      double rowSum = 0;
      for (int position = 0; position < positions; position++) {
        rowSum += position(outputs, targets, row * perRow + position * classes, gradient);
      }
      sum += rowSum / positions;
    }
    return sum;
  }

  private double position(float[] outputs, float[] targets, int from, float[] gradient) {
    double total = 0;
    for (int i = from; i < from + classes; i++) {
      total += outputs[i];
    }
    double loss = 0;
    double shared = 0;
    for (int i = from; i < from + classes; i++) {
      float p = (float) (outputs[i] / total);
      loss -= targets[i] * StrictMath.log(Clip.apply(p));
      gradient[i] = Clip.passes(p) ? -targets[i] / p : 0;
      shared += (double) gradient[i] * p;
    }
    int positions = perRow / classes;
    for (int i = from; i < from + classes; i++) {
      gradient[i] = (float) ((gradient[i] - shared) / total / positions);
    }
    return loss;
  }
}
