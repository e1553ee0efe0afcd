package io.holdfast.storage.checkpoint;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What became of the saves of one step: its live checkpoint, or else its last attempt.
 *
 * @param prefix that checkpoint or attempt
 * @param state how far it has come
 * @param time when it was committed, or reached its state
 * @param bytes of all its files; 0 if it does not exist
 * @param shards number of its shard files; 0 if it does not exist
 * @param parity whether it has a parity file
 * @param metrics values measured at the step, if it exists
 * @param kept why retention keeps it, if it exists
 * @param attempts every attempt at the step, oldest first, with its last state
 */
public record StepHistory(
    Prefix prefix,
    AttemptState state,
    Instant time,
    long bytes,
    int shards,
    boolean parity,
    Map<String, Double> metrics,
    Set<KeptReason> kept,
    List<AttemptEvent> attempts) {

  public StepHistory {
    metrics = Map.copyOf(metrics);
    kept = Set.copyOf(kept);
    attempts = List.copyOf(attempts);
  }

  public long step() {
    return prefix.step();
  }
}
