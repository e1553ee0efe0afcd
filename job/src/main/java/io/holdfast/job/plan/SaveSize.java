package io.holdfast.job.plan;

import java.util.Collection;

/** What a checkpoint will occupy, known before it is written. */
public final class SaveSize {

  /** More than metadata, object graph and index of most models take. */
  private static final long ABOUT_BYTES = 64 << 10;

  private SaveSize() {}

  /**
   * Bytes of a checkpoint with these slices. Its parity file is as long as its longest shard file:
   * at most as all of them.
   */
  public static long expectedBytes(Collection<SliceGroup> groups, boolean parity) {
    long bytes = ABOUT_BYTES + groups.stream().mapToLong(SliceGroup::bytes).sum();
    return parity ? 2 * bytes : bytes;
  }
}
