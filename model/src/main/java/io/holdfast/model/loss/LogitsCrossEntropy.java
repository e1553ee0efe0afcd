package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;
import io.holdfast.model.layer.Softmax;

/**
 * Cross-entropy of softmax(outputs) against a class or a distribution: {@code sum(t) * logsumexp(x)
 * - sum(t * x)}, gradient {@code sum(t) * softmax(x) - t}, per position.
 */
final class LogitsCrossEntropy implements Loss {
  private final int classes;
  private final int perRow;

  LogitsCrossEntropy(int classes, int perRow) {
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
    double product = 0;
    for (int i = from; i < from + classes; i++) {
      total += targets[i];
      product += (double) targets[i] * outputs[i];
      gradient[i] = outputs[i];
    }
    Softmax.apply(gradient, from, classes);
    int positions = perRow / classes;
    for (int i = from; i < from + classes; i++) {
      gradient[i] = (float) ((total * gradient[i] - targets[i]) / positions);
    }
    return total * Softmax.logSumExp(outputs, from, classes) - product;
  }
}
