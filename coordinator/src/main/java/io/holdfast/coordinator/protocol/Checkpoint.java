package io.holdfast.coordinator.protocol;

import java.util.Objects;

/** A committed checkpoint that storage found good. */
public record Checkpoint(String prefix, long step, CheckpointMetadata metadata) {
  public Checkpoint {
    Objects.requireNonNull(prefix);
    Objects.requireNonNull(metadata);
    if (step < 0) {
      throw new IllegalArgumentException("negative step " + step);
    }
  }
}
