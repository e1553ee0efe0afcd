package io.holdfast.job.plan;

import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import java.util.Objects;

/**
 * A block of whole rows of a variable, contiguous in row-major order.
 *
 * @param extent the block in TensorFlow's terms; full when it is the whole variable
 * @param offset first element's position in the variable
 * @param elements number of elements
 */
public record Slice(Variable variable, TensorSlice extent, long offset, long elements) {
  public Slice {
    Objects.requireNonNull(variable);
    TensorShape shape = extent.shapeIn(variable.shape());
    if (shape.elements() != elements || offset < 0) {
      throw new IllegalArgumentException("slice " + extent + " has not " + elements + " elements");
    }
  }

  /** Shape of the block. */
  public TensorShape shape() {
    return extent.shapeIn(variable.shape());
  }

  /** Bytes of the block's values. */
  public long bytes() {
    return elements * variable.dtype().bytes();
  }

  /** {@code dense/kernel 0,512:-}; the name alone when whole. */
  @Override
  public String toString() {
    return extent.isFull() ? variable.name() : variable.name() + " " + extent;
  }
}
