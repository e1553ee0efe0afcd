package io.holdfast.model.layer;

/** The softmax of a vector, in strict arithmetic: the same bits on every machine. */
public final class Softmax {
  private Softmax() {}

  /** Replaces {@code count} logits from {@code from} on by their probabilities. */
  public static void apply(float[] values, int from, int count) {
    float largest = largest(values, from, count);
    double total = 0;
    for (int i = from; i < from + count; i++) {
      double e = StrictMath.exp((double) values[i] - largest);
      values[i] = (float) e;
      total += e;
    }
    for (int i = from; i < from + count; i++) {
      values[i] = (float) (values[i] / total);
    }
  }

  /** {@code log(sum(exp(x)))}. */
  public static double logSumExp(float[] values, int from, int count) {
    float largest = largest(values, from, count);
    double total = 0;
    for (int i = from; i < from + count; i++) {
      total += StrictMath.exp((double) values[i] - largest);
    }
    return largest + StrictMath.log(total);
  }

  private static float largest(float[] values, int from, int count) {
    float largest = values[from];
    for (int i = from + 1; i < from + count; i++) {
      largest = Math.max(largest, values[i]);
    }
    return largest;
  }
}
