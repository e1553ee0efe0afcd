package io.holdfast.storage.bundle;

import io.holdfast.storage.bundle.TensorSlice.Extent;
import java.nio.ByteBuffer;

/**
 * Copies what one stored block of a tensor shares with a wanted block, as the stored block's bytes
 * come by front to back. Both are row-major. For use by one thread.
 */
final class SliceCopy implements ShardReader.Sink {

  private final ByteBuffer target;
  private final int targetStart;
  private final long runBytes;
  private final long[] counts;
  private final long[] storedStrides;
  private final long[] targetStrides;
  private final long[] at;
  private long storedOffset;
  private long targetOffset;
  private boolean done;

  private SliceCopy(
      ByteBuffer target,
      long runBytes,
      long[] counts,
      long[] storedStrides,
      long[] targetStrides,
      long storedOffset,
      long targetOffset) {
    this.target = target;
    this.targetStart = target.position();
    this.runBytes = runBytes;
    this.counts = counts;
    this.storedStrides = storedStrides;
    this.targetStrides = targetStrides;
    this.at = new long[counts.length];
    this.storedOffset = storedOffset;
    this.targetOffset = targetOffset;
    this.done = runBytes == 0;
  }

  /**
   * The copy between two blocks of a tensor.
   *
   * @param shape shape of the whole tensor
   * @param stored the block that is stored
   * @param wanted the block whose bytes {@code target} takes from its position on
   * @param elementBytes bytes of one element
   */
  static SliceCopy between(
      TensorShape shape,
      TensorSlice stored,
      TensorSlice wanted,
      int elementBytes,
      ByteBuffer target) {
    int rank = shape.rank();
    long[] counts = new long[rank];
    long[] storedStrides = new long[rank];
    long[] targetStrides = new long[rank];
    long storedOffset = 0;
    long targetOffset = 0;
    long storedStride = elementBytes;
    long targetStride = elementBytes;
    boolean empty = false;
    for (int axis = rank - 1; axis >= 0; axis--) {
      long storedStart = stored.extents().get(axis).start();
      long wantedStart = wanted.extents().get(axis).start();
      long storedLength = length(stored, shape, axis);
      long wantedLength = length(wanted, shape, axis);
      long start = Math.max(storedStart, wantedStart);
      long end = Math.min(storedStart + storedLength, wantedStart + wantedLength);
      counts[axis] = end - start;
      empty |= end <= start;
      storedStrides[axis] = storedStride;
      targetStrides[axis] = targetStride;
      storedOffset += (start - storedStart) * storedStride;
      targetOffset += (start - wantedStart) * targetStride;
      storedStride *= storedLength;
      targetStride *= wantedLength;
    }
    if (empty) {
      return new SliceCopy(target, 0, counts, storedStrides, targetStrides, 0, 0);
    }
    int inner = rank;
    long runBytes = elementBytes;
    while (inner > 0
        && storedStrides[inner - 1] == runBytes
        && targetStrides[inner - 1] == runBytes) {
      inner--;
      runBytes *= counts[inner];
    }
    return new SliceCopy(
        target,
        runBytes,
        java.util.Arrays.copyOf(counts, inner),
        storedStrides,
        targetStrides,
        storedOffset,
        targetOffset);
  }

  private static long length(TensorSlice slice, TensorShape shape, int axis) {
    Extent extent = slice.extents().get(axis);
    return extent.isFull() ? shape.dim(axis) : extent.length();
  }

  /** Whether the two blocks share no element. */
  boolean isEmpty() {
    return runBytes == 0;
  }

  /** Whether the stored block, of {@code storedBytes}, goes as it is to one place of the target. */
  boolean isWhole(long storedBytes) {
    return counts.length == 0 && runBytes == storedBytes;
  }

  /** The part of the target that a copy which {@link #isWhole} fills. */
  ByteBuffer wholeTarget() {
    return target.slice(targetStart + (int) targetOffset, (int) runBytes);
  }

  @Override
  public void accept(long offset, ByteBuffer part) {
    long end = offset + part.remaining();
    while (!done && storedOffset < end) {
      long from = Math.max(storedOffset, offset);
      long to = Math.min(storedOffset + runBytes, end);
      if (from < to) {
        int index = targetStart + (int) (targetOffset + from - storedOffset);
        target.put(index, part, part.position() + (int) (from - offset), (int) (to - from));
      }
      if (storedOffset + runBytes > end) {
        return;
      }
      advance();
    }
  }

  /** On to the next run: row-major, so its bytes lie behind this one's in the stored block. */
  private void advance() {
    for (int axis = counts.length - 1; axis >= 0; axis--) {
      storedOffset += storedStrides[axis];
      targetOffset += targetStrides[axis];
      at[axis]++;
      if (at[axis] < counts[axis]) {
        return;
      }
      storedOffset -= counts[axis] * storedStrides[axis];
      targetOffset -= counts[axis] * targetStrides[axis];
      at[axis] = 0;
    }
    done = true;
  }
}
