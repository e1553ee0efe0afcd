package io.holdfast.storage.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * From where a run goes on, and what stood in the way. Nothing has been changed yet.
 *
 * @param start the newest checkpoint that is whole; empty if there is none
 * @param startMetadata what it says besides its variables
 * @param damaged newer checkpoints that are not, newest first
 */
public record RecoveryPlan(
    Optional<Prefix> start,
    Optional<CheckpointMetadata> startMetadata,
    List<VerificationReport> damaged) {

  public RecoveryPlan {
    damaged = List.copyOf(damaged);
    if (start.isPresent() != startMetadata.isPresent()) {
      throw new IllegalArgumentException("a start comes with its metadata");
    }
  }

  /** Whether there are checkpoints and not one can be used: a case for the operator. */
  public boolean isHopeless() {
    return start.isEmpty() && !damaged.isEmpty();
  }

  /** Whether the run begins from scratch. */
  public boolean isFresh() {
    return start.isEmpty() && damaged.isEmpty();
  }
}
