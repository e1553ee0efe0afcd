package io.holdfast.storage.bundle;

import io.holdfast.storage.bundle.TensorSlice.Extent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether slices cover a tensor exactly, every element once.
 *
 * <p>Each slice is the sum of its corners, signed by how many of a corner's coordinates are upper
 * ends. A function on the grid is determined by its mixed difference, so the slices cover each
 * element exactly once if and only if their signed corners add up to those of the whole tensor.
 * That takes time linear in the slices, whatever their layout.
 */
final class Tiling {

  /** TensorFlow copies slices of at most this many dimensions. */
  static final int MAX_SLICED_RANK = 8;

  /** Corners that are compared at most: room for 2^18 slices of a matrix cut both ways. */
  static final long MAX_CORNERS = 1L << 20;

  private Tiling() {}

  /** Why the slices do not tile the shape; empty if they do. */
  static Optional<String> problem(TensorShape shape, List<TensorSlice> slices) {
    if (slices.isEmpty()) {
      return Optional.of("has no stored bytes");
    }
    for (TensorSlice slice : slices) {
      if (!fits(slice, shape)) {
        return Optional.of("has the slice " + slice + " outside of its shape " + shape);
      }
    }
    if (slices.size() == 1 && covers(slices.get(0), shape)) {
      return Optional.empty();
    }
    List<Integer> axes = cutAxes(shape.rank(), slices);
    if (axes.size() > MAX_SLICED_RANK || ((long) slices.size() << axes.size()) > MAX_CORNERS) {
      return Optional.of("is cut into too many slices: " + slices.size());
    }
    Map<ByteBuffer, Long> corners = new HashMap<>();
    addCorners(corners, TensorSlice.full(shape.rank()), shape, axes, -1);
    for (TensorSlice slice : slices) {
      addCorners(corners, slice, shape, axes, 1);
    }
    return corners.isEmpty() ? Optional.empty() : Optional.of(explain(shape, slices));
  }

  private static String explain(TensorShape shape, List<TensorSlice> slices) {
    Set<TensorSlice> seen = new HashSet<>();
    for (TensorSlice slice : slices) {
      if (!seen.add(slice)) {
        return "has the slice " + slice + " twice";
      }
    }
    return "of shape " + shape + " is not covered exactly once by its slices " + abridged(slices);
  }

  private static String abridged(List<TensorSlice> slices) {
    int shown = Math.min(slices.size(), 8);
    return slices.subList(0, shown) + (shown < slices.size() ? " and more" : "");
  }

  private static boolean fits(TensorSlice slice, TensorShape shape) {
    if (slice.extents().size() != shape.rank()) {
      return false;
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      Extent extent = slice.extents().get(axis);
      if (!extent.isFull() && extent.start() + extent.length() > shape.dim(axis)) {
        return false;
      }
    }
    return true;
  }

  private static boolean covers(TensorSlice slice, TensorShape shape) {
    for (int axis = 0; axis < shape.rank(); axis++) {
      Extent extent = slice.extents().get(axis);
      if (!extent.isFull() && extent.length() != shape.dim(axis)) {
        return false;
      }
    }
    return true;
  }

  /** The axes along which any slice takes less than the whole dimension by its notation. */
  private static List<Integer> cutAxes(int rank, List<TensorSlice> slices) {
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      int candidate = axis;
      if (slices.stream().anyMatch(slice -> !slice.extents().get(candidate).isFull())) {
        axes.add(axis);
      }
    }
    return axes;
  }

  private static void addCorners(
      Map<ByteBuffer, Long> corners,
      TensorSlice slice,
      TensorShape shape,
      List<Integer> axes,
      long sign) {
    for (int upper = 0; upper < 1 << axes.size(); upper++) {
      ByteBuffer corner = ByteBuffer.allocate(axes.size() * Long.BYTES);
      for (int i = 0; i < axes.size(); i++) {
        corner.putLong(end(slice, shape, axes.get(i), (upper >> i & 1) == 1));
      }
      long signed = (Integer.bitCount(upper) & 1) == 0 ? sign : -sign;
      corners.merge(corner.flip(), signed, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
    }
  }

  private static long end(TensorSlice slice, TensorShape shape, int axis, boolean upper) {
    Extent extent = slice.extents().get(axis);
    if (extent.isFull()) {
      return upper ? shape.dim(axis) : 0;
    }
    return upper ? extent.start() + extent.length() : extent.start();
  }
}
