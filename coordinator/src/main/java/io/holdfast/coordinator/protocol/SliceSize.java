package io.holdfast.coordinator.protocol;

import java.util.Objects;

/**
 * What the leader knows of a slice: enough to place it and to check its piece of a shard file.
 *
 * @param key the variable's key in the checkpoint
 * @param ordinal which of the job's slices of that variable, from 0
 */
public record SliceSize(String key, int ordinal, long sizeBytes) {
  public SliceSize {
    Objects.requireNonNull(key);
    if (ordinal < 0 || sizeBytes < 0) {
      throw new IllegalArgumentException("negative ordinal or size of a slice of " + key);
    }
  }
}
