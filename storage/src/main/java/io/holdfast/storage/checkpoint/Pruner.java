package io.holdfast.storage.checkpoint;

import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.PublishOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Removes checkpoints by a policy: each is marked first, so that nobody can pin it any longer; then
 * {@code checkpoint} stops naming it; then its index goes, then the rest, then the mark. What is
 * cut off between any two steps is finished by the next {@link #apply}. For use by one thread.
 */
public final class Pruner {
  private final CheckpointDirectory directory;
  private final Tenure tenure;
  private final Attempts attempts;
  private final StateFile state;
  private final FencedFiles files;
  private final Pins pins;
  private final MetadataCache metadata;

  Pruner(CheckpointDirectory directory, Tenure tenure, Attempts attempts, StateFile state) {
    this.directory = directory;
    this.tenure = tenure;
    this.attempts = attempts;
    this.state = state;
    this.files = new FencedFiles(tenure);
    this.pins = new Pins(directory);
    this.metadata = new MetadataCache(directory);
  }

  /** What a leader's retention would do now; reads only. */
  public static Retention.Plan preview(
      CheckpointDirectory directory, RetentionPolicy policy, Instant now) throws IOException {
    Set<Prefix> verified = AttemptJournal.verified(directory.store());
    return Retention.plan(
        Candidates.of(
            directory.list(),
            policy.runId(),
            verified::contains,
            new MetadataCache(directory),
            new Pins(directory).marks()),
        policy,
        now);
  }

  /** What retention would do now. */
  public Retention.Plan plan(RetentionPolicy policy) throws IOException {
    List<Retention.Candidate> candidates =
        Candidates.of(
            directory.list(), policy.runId(), attempts::isVerified, metadata, pins.marks());
    return Retention.plan(candidates, policy, attempts.clock().instant());
  }

  /** Does what a plan says, but for those that were pinned after it was made. */
  public EffectOutcome apply(Retention.Plan plan) {
    return FencedFiles.attempt(
        () -> {
          EffectOutcome finished = finishDeletions(plan.delete().keySet());
          return finished.isSettled() ? delete(plan) : finished;
        });
  }

  private EffectOutcome delete(Retention.Plan plan) throws IOException {
    if (plan.delete().isEmpty()) {
      return EffectOutcome.of(EffectOutcome.Status.DONE);
    }
    List<StoredCheckpoint> unwanted =
        directory.list().checkpoints().stream()
            .filter(stored -> plan.delete().containsKey(stored.prefix()))
            .toList();
    List<PublishOutcome> marks =
        Pins.announceDeletions(tenure, unwanted.stream().map(StoredCheckpoint::prefix).toList());
    List<StoredCheckpoint> leaving = new ArrayList<>();
    for (int i = 0; i < unwanted.size(); i++) {
      PublishOutcome marked = marks.get(i);
      if (marked.isThere()) {
        leaving.add(unwanted.get(i));
      } else if (marked.status() != PublishOutcome.Status.EXISTS_OTHER) {
        return asEffect(marked);
      }
    }
    if (leaving.isEmpty()) {
      return EffectOutcome.of(EffectOutcome.Status.DONE);
    }
    Set<Prefix> names = new TreeSet<>();
    leaving.forEach(stored -> names.add(stored.prefix()));
    EffectOutcome unnamed = state.rewriteWithout(names);
    return unnamed.isSettled() ? deleteFiles(leaving, plan) : unnamed;
  }

  /** What a publish means to whom an effect is all the same. */
  static EffectOutcome asEffect(PublishOutcome published) {
    EffectOutcome.Status status =
        switch (published.status()) {
          case PUBLISHED, ALREADY_THERE_SAME -> EffectOutcome.Status.DONE;
          case FENCED -> EffectOutcome.Status.FENCED;
          case UNKNOWN -> EffectOutcome.Status.UNKNOWN;
          case FAILED, EXISTS_OTHER -> EffectOutcome.Status.FAILED;
        };
    return EffectOutcome.of(status, published.reason());
  }

  /** All indexes, then all that lay beside them, then the marks. */
  private EffectOutcome deleteFiles(List<StoredCheckpoint> leaving, Retention.Plan plan) {
    EffectOutcome outcome = files.deleteAll(leaving.stream().map(StoredCheckpoint::index).toList());
    if (!outcome.isSettled()) {
      return outcome;
    }
    List<ObjectInfo> rest = new ArrayList<>();
    for (StoredCheckpoint stored : leaving) {
      DeletedReason reason = plan.delete().get(stored.prefix());
      attempts.note(stored.prefix(), AttemptState.DELETED, reason.text());
      rest.addAll(stored.besidesIndex());
    }
    outcome = files.deleteAll(rest);
    return outcome.isSettled()
        ? Pins.endDeletions(tenure, leaving.stream().map(StoredCheckpoint::prefix).toList())
        : outcome;
  }

  private EffectOutcome finishDeletion(Prefix prefix, List<ObjectInfo> rest) {
    EffectOutcome outcome = files.deleteAll(rest);
    return outcome.isSettled() ? Pins.endDeletions(tenure, List.of(prefix)) : outcome;
  }

  /**
   * Deals with marks that a cut-off deletion has left: what has lost its index goes, what is no
   * longer to go is free to be pinned again.
   */
  EffectOutcome finishDeletions(Set<Prefix> stillToGo) throws IOException {
    List<Prefix> marked =
        pins.marks().entrySet().stream()
            .filter(mark -> mark.getValue() == Pins.Mark.DELETING)
            .map(mark -> mark.getKey())
            .toList();
    if (marked.isEmpty()) {
      return EffectOutcome.of(EffectOutcome.Status.DONE);
    }
    DirectoryListing listing = directory.list();
    List<Prefix> begun =
        marked.stream()
            .filter(prefix -> listing.find(prefix).isEmpty() || !stillToGo.contains(prefix))
            .toList();
    return FencedFiles.each(
        begun, prefix -> finishDeletion(prefix, listing.orphans().getOrDefault(prefix, List.of())));
  }
}
