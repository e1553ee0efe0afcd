package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;

/** How a variable of one checkpoint differs from the one of that name in another. */
public sealed interface TensorDifference {

  /** Which of two checkpoints. */
  enum Side {
    FIRST,
    SECOND
  }

  /** The variable's key. */
  String name();

  /** Only one of the two has it. */
  record OnlyIn(String name, Side side, DataType dtype, TensorShape shape)
      implements TensorDifference {}

  /** Its type or its shape is not the same, so values are not compared. */
  record OtherType(
      String name, DataType dtype, TensorShape shape, DataType secondDtype, TensorShape secondShape)
      implements TensorDifference {}

  /**
   * Its bits are not the same.
   *
   * @param elements number of elements
   * @param differing elements whose bits differ; also -0 against 0, and NaN of another payload
   * @param maxAbs the largest |a - b|, of those that are finite numbers
   * @param maxRel the largest |a - b| / max(|a|, |b|), likewise
   * @param notFinite elements where |a - b| is no finite number: NaN against a number, an infinity
   *     against anything else
   */
  record OtherValues(
      String name,
      DataType dtype,
      TensorShape shape,
      long elements,
      long differing,
      double maxAbs,
      double maxRel,
      long notFinite)
      implements TensorDifference {}
}
