package io.holdfast.storage.bundle;

import java.util.List;
import java.util.Optional;

/**
 * One tensor of a checkpoint: its type and shape and the stored pieces, which tile it exactly.
 *
 * @param name the tensor's key
 * @param dtype element type
 * @param shape shape of the whole tensor
 * @param pieces stored pieces in the index's order; a single full one for a tensor stored whole
 */
public record BundleEntry(
    String name, DataType dtype, TensorShape shape, List<StoredSlice> pieces) {

  public BundleEntry {
    pieces = List.copyOf(pieces);
    Optional<String> problem = problem(dtype, shape, pieces);
    if (problem.isPresent()) {
      throw new IllegalArgumentException("tensor \"" + name + "\" " + problem.get());
    }
  }

  /** Whether the tensor is stored in slices that have entries of their own. */
  public boolean isPartitioned() {
    return pieces.size() != 1 || !pieces.get(0).slice().isFull();
  }

  /** Bytes of the whole tensor as stored. */
  public long size() {
    return pieces.stream().mapToLong(StoredSlice::size).sum();
  }

  /** Why these pieces are no tensor of that type and shape; empty if they are. */
  static Optional<String> problem(DataType dtype, TensorShape shape, List<StoredSlice> pieces) {
    Optional<String> tiling =
        Tiling.problem(shape, pieces.stream().map(StoredSlice::slice).toList());
    if (tiling.isPresent()) {
      return tiling;
    }
    if (shape.elements() > Long.MAX_VALUE / Math.max(1, dtype.bytes())) {
      return Optional.of("of shape " + shape + " has more bytes than can be counted");
    }
    for (StoredSlice piece : pieces) {
      long elements = piece.slice().shapeIn(shape).elements();
      if (!sizeFits(dtype, elements, piece.size())) {
        return Optional.of(
            "has " + elements + " elements of " + dtype + " in " + piece.size() + " bytes");
      }
    }
    return Optional.empty();
  }

  private static boolean sizeFits(DataType dtype, long elements, long size) {
    if (dtype.hasFixedSize()) {
      return size % dtype.bytes() == 0 && size / dtype.bytes() == elements;
    }
    return dtype != DataType.STRING || size - Integer.BYTES >= elements;
  }
}
