package io.holdfast.model.loss;

import io.holdfast.model.data.SampleBatch;
import io.holdfast.model.layer.Softmax;

/**
 * Cross-entropy of a class given probabilities, as Keras computes it on TensorFlow: they are
 * clipped to [1e-7, 1 - 1e-7], and their logarithms taken as logits (so that they are normalized).
 */
final class SparseProbabilityCrossEntropy implements Loss {
  private final int classes;

  SparseProbabilityCrossEntropy(int classes) {
    this.classes = classes;
  }

  @Override
  public double sum(float[] outputs, SampleBatch batch, float[] gradient) {
    float[] logits = new float[classes];
    double sum = 0;
    for (int row = 0; row < batch.rows(); row++) {
      int from = row * classes;
      for (int i = 0; i < classes; i++) {
        logits[i] = (float) StrictMath.log(Clip.apply(outputs[from + i]));
      }
      int label = batch.labels()[row];
      sum += Softmax.logSumExp(logits, 0, classes) - logits[label];
      Softmax.apply(logits, 0, classes);
      logits[label] -= 1;
      for (int i = 0; i < classes; i++) {
        float output = outputs[from + i];
        gradient[from + i] = Clip.passes(output) ? logits[i] / output : 0;
      }
    }
    return sum;
  }
}
