package io.holdfast.job.file;

import io.holdfast.job.LossFunction;
import io.holdfast.storage.bundle.TensorShape;

/** Which numbers may be labels: classes, probabilities, or any number, as the loss wants them. */
enum LabelRange {
  CLASS,
  PROBABILITY,
  NUMBER;

  static LabelRange of(LossFunction loss) {
    if (loss.wantsClass()) {
      return CLASS;
    }
    return loss.isCrossEntropy() ? PROBABILITY : NUMBER;
  }

  boolean contains(float value, TensorShape output) {
    return switch (this) {
      case CLASS -> value >= 0 && value < output.elements() && value == Math.rint(value);
      case PROBABILITY -> value >= 0 && value <= 1;
      case NUMBER -> true;
    };
  }

  String allowed(TensorShape output) {
    return switch (this) {
      case CLASS -> "a class from 0 to " + (output.elements() - 1);
      case PROBABILITY -> "a label from 0 to 1";
      case NUMBER -> "a number";
    };
  }
}
