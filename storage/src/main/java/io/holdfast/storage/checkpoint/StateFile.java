package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The file {@code checkpoint}, rebuilt from the indexes alone. At every instant it names
 * checkpoints that exist, or is not there: it is rewritten before anything that it names goes away,
 * and after what it is to name has come. For use by one thread.
 */
final class StateFile {
  private final CheckpointDirectory directory;
  private final Tenure tenure;

  /**
   * What it names, and when that was committed; empty where that is not known. Nobody else writes
   * it in this term, so a commit need not list thousands of files to add one name.
   */
  private Optional<SortedMap<Prefix, Instant>> named = Optional.empty();

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
    return FencedFiles.attempt(() -> write(existingBut(leaving)));
  }

  /** Names one more that has just come to be. */
  EffectOutcome add(Prefix prefix, Instant committed) {
    if (named.isEmpty()) {
      return rewrite();
    }
    SortedMap<Prefix, Instant> more = new TreeMap<>(named.get());
    more.put(prefix, committed);
    return write(more);
  }

  private SortedMap<Prefix, Instant> existingBut(Set<Prefix> leaving) throws IOException {
    SortedMap<Prefix, Instant> existing = new TreeMap<>();
    directory.list().checkpoints().forEach(c -> existing.put(c.prefix(), c.time()));
    existing.keySet().removeAll(leaving);
    return existing;
  }

  private EffectOutcome write(SortedMap<Prefix, Instant> names) {
    EffectOutcome outcome =
        names.isEmpty()
            ? tenure.delete(CheckpointState.FILE)
            : tenure.replace(CheckpointState.FILE, stateOf(names).encode());
    named = outcome.isSettled() ? Optional.of(names) : Optional.empty();
    return outcome;
  }

  private static CheckpointState stateOf(SortedMap<Prefix, Instant> names) {
    double first = seconds(names.values().iterator().next());
    return new CheckpointState(
        names.lastKey().toString(),
        names.keySet().stream().map(Prefix::toString).toList(),
        names.values().stream().map(StateFile::seconds).toList(),
        OptionalDouble.of(first - 1));
  }

  private static double seconds(Instant time) {
    return time.toEpochMilli() / 1000.0;
  }
}
