package io.holdfast.storage.bundle;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, outermost first; a scalar has none. Immutable; equal by value.
 *
 * @param dims extents, each at least 0; their product fits a long
 */
public record TensorShape(List<Long> dims) {

  /** The shape of a scalar. */
  public static final TensorShape SCALAR = new TensorShape(List.of());

  public TensorShape {
    dims = List.copyOf(dims);
    for (long dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException("negative dimension in shape " + dims);
      }
    }
    elementsOf(dims);
  }

  /** A shape from its extents, outermost first. */
  public static TensorShape of(long... dims) {
    return new TensorShape(java.util.Arrays.stream(dims).boxed().toList());
  }

  public int rank() {
    return dims.size();
  }

  public long dim(int axis) {
    return dims.get(axis);
  }

  /** The number of elements: the product of the extents, 1 for a scalar. */
  public long elements() {
    return elementsOf(dims);
  }

  private static long elementsOf(List<Long> dims) {
    if (dims.contains(0L)) {
      return 0;
    }
    long product = 1;
    for (long dim : dims) {
      product = Math.multiplyExact(product, dim);
    }
    return product;
  }

  /** As operators read it: {@code [3, 3, 1, 32]}, {@code []} for a scalar. */
  @Override
  public String toString() {
    return dims.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
