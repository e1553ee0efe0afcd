package io.holdfast.storage.bundle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A rectangular block of a tensor: one extent a dimension (TensorFlow's {@code TensorSlice}).
 * Immutable; equal by value.
 *
 * @param extents start and length of each dimension, outermost first
 */
public record TensorSlice(List<Extent> extents) {

  /**
   * One dimension of a slice.
   *
   * @param start first index, at least 0
   * @param length number of indices, at least 1; or {@link #WHOLE}, with start 0, for the dimension
   *     taken whole
   */
  public record Extent(long start, long length) {
    /** TensorFlow's mark for a dimension taken whole. */
    public static final long WHOLE = -1;

    public static final Extent FULL = new Extent(0, WHOLE);

    public Extent {
      boolean whole = length == WHOLE && start == 0;
      if (!whole && (start < 0 || length < 1 || start + length < 0)) {
        throw new IllegalArgumentException("bad extent: start " + start + ", length " + length);
      }
    }

    public boolean isFull() {
      return length == WHOLE;
    }
  }

  public TensorSlice {
    extents = List.copyOf(extents);
  }

  /** The whole of a tensor of the given rank. */
  public static TensorSlice full(int rank) {
    return new TensorSlice(Collections.nCopies(rank, Extent.FULL));
  }

  /**
   * Rows [start, start + length) of axis 0, all else whole; a block that covers axis 0 is still
   * written out.
   */
  public static TensorSlice rows(int rank, long start, long length) {
    List<Extent> extents = new ArrayList<>(Collections.nCopies(rank, Extent.FULL));
    extents.set(0, new Extent(start, length));
    return new TensorSlice(extents);
  }

  public boolean isFull() {
    return extents.stream().allMatch(Extent::isFull);
  }

  /**
   * The shape of this block of a tensor of shape {@code whole}.
   *
   * @throws IllegalArgumentException if ranks differ or an extent lies outside
   */
  public TensorShape shapeIn(TensorShape whole) {
    if (whole.rank() != extents.size()) {
      throw new IllegalArgumentException("slice " + this + " does not fit shape " + whole);
    }
    List<Long> dims = new ArrayList<>();
    for (int axis = 0; axis < whole.rank(); axis++) {
      Extent extent = extents.get(axis);
      if (!extent.isFull() && extent.start() + extent.length() > whole.dim(axis)) {
        throw new IllegalArgumentException("slice " + this + " does not fit shape " + whole);
      }
      dims.add(extent.isFull() ? whole.dim(axis) : extent.length());
    }
    return new TensorShape(dims);
  }

  /**
   * The one notation of this block that is written into checkpoints: each dimension that is taken
   * whole, of a tensor of shape {@code whole}, is marked as such.
   */
  public TensorSlice canonicalIn(TensorShape whole) {
    TensorShape block = shapeIn(whole);
    List<Extent> canonical = new ArrayList<>();
    for (int axis = 0; axis < whole.rank(); axis++) {
      boolean covered = block.dim(axis) == whole.dim(axis);
      canonical.add(covered ? Extent.FULL : extents.get(axis));
    }
    return new TensorSlice(canonical);
  }

  /** TensorFlow's notation: {@code 0,3:-}. */
  @Override
  public String toString() {
    return extents.stream()
        .map(e -> e.isFull() ? "-" : e.start() + "," + e.length())
        .collect(Collectors.joining(":"));
  }
}
