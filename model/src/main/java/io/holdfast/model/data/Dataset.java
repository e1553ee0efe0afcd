package io.holdfast.model.data;

import io.holdfast.storage.bundle.TensorShape;

/** Samples in a fixed order. Immutable; any thread may gather. */
public interface Dataset {

  /** What belongs to a sample. */
  sealed interface Target {
    /** A class in [0, classes). */
    record Label(int classes) implements Target {}

    /** A tensor of that shape. */
    record Values(TensorShape shape) implements Target {}
  }

  int samples();

  /** Shape of one sample's input. */
  TensorShape sample();

  Target target();

  /**
   * Fills {@code into} with rows [first, first + count) of {@code order}.
   *
   * @param order an epoch's: entry r is the sample at row r
   */
  void gather(int[] order, int first, int count, SampleBatch into);
}
