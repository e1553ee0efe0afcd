package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.Tenure;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The file {@code checkpoint}, rebuilt from the indexes alone. At every instant it names
 * checkpoints that exist, or is not there: it is rewritten before anything that it names goes away,
 * and after what it is to name has come.
 */
final class StateFile {
  private final CheckpointDirectory directory;
  private final Tenure tenure;

  StateFile(CheckpointDirectory directory, Tenure tenure) {
    this.directory = directory;
    this.tenure = tenure;
  }

  /** Names all that exist. */
  EffectOutcome rewrite() {
    return rewriteWithout(Set.of());
  }

  /** Names all but those that are about to go. */
  EffectOutcome rewriteWithout(Set<Prefix> leaving) {
    return FencedFiles.attempt(
        () -> {
          List<StoredCheckpoint> named =
              directory.list().checkpoints().stream()
                  .filter(stored -> !leaving.contains(stored.prefix()))
                  .toList();
          return named.isEmpty()
              ? tenure.delete(CheckpointState.FILE)
              : tenure.replace(CheckpointState.FILE, stateOf(named).encode());
        });
  }

  private static CheckpointState stateOf(List<StoredCheckpoint> named) {
    List<Double> times =
        named.stream().map(stored -> stored.time().toEpochMilli() / 1000.0).toList();
    return new CheckpointState(
        named.get(named.size() - 1).prefix().toString(),
        named.stream().map(stored -> stored.prefix().toString()).toList(),
        times,
        OptionalDouble.of(times.get(0) - 1));
  }
}
