package io.holdfast.coordinator.protocol;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A committed checkpoint that storage found good.
 *
 * @param checksums CRC-32C of each slice by group, value first, then its slots; absent where the
 *     checkpoint is cut otherwise than the job cuts today
 */
public record Checkpoint(
    String prefix,
    long step,
    CheckpointMetadata metadata,
    Optional<List<List<Integer>>> checksums) {
  public Checkpoint {
    Objects.requireNonNull(prefix);
    Objects.requireNonNull(metadata);
    Objects.requireNonNull(checksums);
    if (step < 0) {
      throw new IllegalArgumentException("negative step " + step);
    }
  }
}
