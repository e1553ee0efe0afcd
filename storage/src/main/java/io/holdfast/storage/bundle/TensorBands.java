package io.holdfast.storage.bundle;

import io.holdfast.storage.bundle.TensorSlice.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Cuts a tensor into bands: blocks that follow one another in row-major order, so that a tensor of
 * any size is read front to back in bounded memory. Bands end where stored pieces end if they can,
 * so that each piece is read once.
 */
public final class TensorBands {

  /** A band of a tensor has at most so many bytes. */
  public static final int MAX_BYTES = 64 << 20;

  private final TensorShape shape;
  private final int axis;
  private final long maxLength;
  private final NavigableSet<Long> ends;
  private final List<TensorSlice> bands = new ArrayList<>();

  private TensorBands(TensorShape shape, int axis, long maxLength, NavigableSet<Long> ends) {
    this.shape = shape;
    this.axis = axis;
    this.maxLength = maxLength;
    this.ends = ends;
  }

  /**
   * The bands of a tensor, in order.
   *
   * @param maxBytes bytes of a band at most; not less than one element has
   * @param stored the same tensor in each of the checkpoints that it is read from: equal in type,
   *     of a fixed size, and in shape
   */
  public static List<TensorSlice> of(int maxBytes, List<BundleEntry> stored) {
    BundleEntry first = stored.get(0);
    TensorShape shape = first.shape();
    if (shape.rank() == 0 || shape.elements() == 0) {
      return List.of(TensorSlice.full(shape.rank()));
    }
    int axis = 0;
    long step = shape.elements() / shape.dim(0) * first.dtype().bytes();
    while (step > maxBytes) {
      axis++;
      step /= shape.dim(axis);
    }
    NavigableSet<Long> ends = axis == 0 ? pieceEnds(stored) : new TreeSet<>();
    TensorBands cut = new TensorBands(shape, axis, maxBytes / step, ends);
    cut.addUnder(new ArrayList<>());
    return List.copyOf(cut.bands);
  }

  /** Rows at which a stored piece ends. */
  private static NavigableSet<Long> pieceEnds(List<BundleEntry> stored) {
    NavigableSet<Long> ends = new TreeSet<>();
    for (BundleEntry entry : stored) {
      for (StoredSlice piece : entry.pieces()) {
        Extent rows = piece.slice().extents().get(0);
        if (!rows.isFull()) {
          ends.add(rows.start() + rows.length());
        }
      }
    }
    return ends;
  }

  /** One index of each axis before the one that is cut, all of each axis behind it. */
  private void addUnder(List<Extent> outer) {
    if (outer.size() == axis) {
      addRanges(outer);
      return;
    }
    for (long index = 0; index < shape.dim(outer.size()); index++) {
      List<Extent> deeper = new ArrayList<>(outer);
      deeper.add(new Extent(index, 1));
      addUnder(deeper);
    }
  }

  private void addRanges(List<Extent> outer) {
    for (long start = 0; start < shape.dim(axis); ) {
      long end = end(start);
      List<Extent> extents = new ArrayList<>(outer);
      extents.add(new Extent(start, end - start));
      while (extents.size() < shape.rank()) {
        extents.add(Extent.FULL);
      }
      bands.add(new TensorSlice(extents));
      start = end;
    }
  }

  private long end(long start) {
    long most = Math.min(shape.dim(axis), start + maxLength);
    Long aligned = ends.floor(most);
    return aligned == null || aligned <= start ? most : aligned;
  }
}
