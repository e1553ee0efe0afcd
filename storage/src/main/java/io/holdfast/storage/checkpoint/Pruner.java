package io.holdfast.storage.checkpoint;

import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Removes checkpoints by a policy: from {@code checkpoint} first, then each one's index, then the
 * rest. For use by one thread.
 */
public final class Pruner {
  private final CheckpointDirectory directory;
  private final Tenure tenure;
  private final Attempts attempts;
  private final StateFile state;
  private final MetricsCache metrics;

  Pruner(CheckpointDirectory directory, Tenure tenure, Attempts attempts, StateFile state) {
    this.directory = directory;
    this.tenure = tenure;
    this.attempts = attempts;
    this.state = state;
    this.metrics = new MetricsCache(directory);
  }

  /** What retention would do now. */
  public Retention.Plan plan(RetentionPolicy policy) throws IOException {
    List<Retention.Candidate> candidates =
        Candidates.of(directory.list(), attempts::isVerified, metrics);
    return Retention.plan(candidates, policy, attempts.clock().instant());
  }

  /** Does what a plan says. */
  public EffectOutcome apply(Retention.Plan plan) {
    if (plan.delete().isEmpty()) {
      return EffectOutcome.of(EffectOutcome.Status.DONE);
    }
    return FencedFiles.attempt(
        () -> {
          DirectoryListing listing = directory.list();
          EffectOutcome unnamed = state.rewriteWithout(Set.copyOf(plan.delete()));
          List<StoredCheckpoint> leaving =
              plan.delete().stream().map(listing::find).flatMap(Optional::stream).toList();
          return unnamed.isSettled() ? FencedFiles.each(leaving, this::delete) : unnamed;
        });
  }

  private EffectOutcome delete(StoredCheckpoint stored) {
    EffectOutcome outcome = tenure.delete(stored.index().name());
    if (!outcome.isSettled()) {
      return outcome;
    }
    attempts.note(stored.prefix(), AttemptState.DELETED, "");
    return new FencedFiles(tenure).deleteAll(stored.shardFiles());
  }
}
