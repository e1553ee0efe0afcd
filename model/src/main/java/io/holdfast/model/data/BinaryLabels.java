package io.holdfast.model.data;

import io.holdfast.storage.bundle.TensorShape;

/**
 * A data set's labels 0 and 1 as targets of one element, as a loss over single outputs wants them.
 */
record BinaryLabels(Dataset labelled) implements Dataset {
  private static final TensorShape ONE = TensorShape.of(1);

  @Override
  public int samples() {
    return labelled.samples();
  }

  @Override
  public TensorShape sample() {
    return labelled.sample();
  }

  @Override
  public Target target() {
    return new Target.Values(ONE);
  }

  @Override
  public void gather(int[] order, int first, int count, SampleBatch into) {
    labelled.gather(order, first, count, into);
    for (int row = 0; row < count; row++) {
      into.targets()[row] = into.labels()[row];
    }
  }
}
