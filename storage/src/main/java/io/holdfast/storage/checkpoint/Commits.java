package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.store.PublishOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Publishes indexes, and remembers of which it is not known whether they came to be. For use by one
 * thread.
 */
final class Commits {
  private final CheckpointDirectory directory;
  private final Tenure tenure;

  /** Commits that ended UNKNOWN and have not been settled since. */
  private final Set<Prefix> uncertain = new HashSet<>();

  /** More commits than this are listed anew, rather than remembered. */
  private static final int MAX_REMEMBERED = 10_000;

  /** What is committed, by step; empty where storage has to be asked. */
  private Optional<Map<Long, Prefix>> steps = Optional.empty();

  Commits(CheckpointDirectory directory, Tenure tenure) {
    this.directory = directory;
    this.tenure = tenure;
  }

  /** Whether an index of that name may come to be, or have come to be, without our knowing. */
  boolean isUncertain(Prefix prefix) {
    return uncertain.contains(prefix);
  }

  /** A failure is no known failure where an earlier try may have succeeded. */
  CommitOutcome commit(CommitRequest request) {
    Prefix prefix = request.prefix();
    CommitOutcome outcome = tryCommit(request);
    remember(prefix, outcome);
    if (outcome.status() == CommitOutcome.Status.UNKNOWN) {
      uncertain.add(prefix);
      return outcome;
    }
    if (outcome.mayCleanUp() && uncertain.contains(prefix)) {
      return CommitOutcome.of(CommitOutcome.Status.UNKNOWN, outcome.reason());
    }
    uncertain.remove(prefix);
    return outcome;
  }

  private CommitOutcome tryCommit(CommitRequest request) {
    Prefix prefix = request.prefix();
    CommitCheck check = new CommitCheck(request);
    try {
      BundleIndex index = check.index();
      check.requireOnDisk(directory.store());
      requireStepFree(prefix);
      return asCommit(tenure.publish(prefix.files().index(), index.encode()));
    } catch (CommitCheck.RejectedException e) {
      return CommitOutcome.of(CommitOutcome.Status.REJECTED, e.getMessage());
    } catch (IOException e) {
      return CommitOutcome.of(CommitOutcome.Status.FAILED, e.toString());
    }
  }

  /**
   * Nobody else publishes in this term, so storage is listed only where what is known does not tell
   * that the step is free: at first, after an outcome that is not known, and to make sure.
   */
  private void requireStepFree(Prefix prefix) throws IOException, CommitCheck.RejectedException {
    if (steps.map(known -> isFree(known, prefix)).orElse(false)) {
      return;
    }
    Map<Long, Prefix> listed = new HashMap<>();
    for (StoredCheckpoint other : directory.list().checkpoints()) {
      if (!other.prefix().equals(prefix)) {
        listed.put(other.prefix().step(), other.prefix());
      }
    }
    steps = Optional.of(listed);
    if (!isFree(listed, prefix)) {
      throw new CommitCheck.RejectedException(
          "step " + prefix.step() + " is committed as " + listed.get(prefix.step()));
    }
  }

  private static boolean isFree(Map<Long, Prefix> committed, Prefix prefix) {
    Prefix other = committed.get(prefix.step());
    return other == null || other.equals(prefix);
  }

  private void remember(Prefix prefix, CommitOutcome outcome) {
    if (outcome.status() == CommitOutcome.Status.COMMITTED) {
      steps.ifPresent(known -> known.put(prefix.step(), prefix));
      steps = steps.filter(known -> known.size() <= MAX_REMEMBERED);
    } else if (outcome.status() != CommitOutcome.Status.REJECTED) {
      forgetSteps();
    }
  }

  /** What is committed may have changed otherwise than by this: it is listed anew. */
  void forgetSteps() {
    steps = Optional.empty();
  }

  private static CommitOutcome asCommit(PublishOutcome published) {
    CommitOutcome.Status status =
        switch (published.status()) {
          case PUBLISHED, ALREADY_THERE_SAME -> CommitOutcome.Status.COMMITTED;
          case EXISTS_OTHER -> CommitOutcome.Status.CONFLICT;
          case FENCED -> CommitOutcome.Status.FENCED;
          case FAILED -> CommitOutcome.Status.FAILED;
          case UNKNOWN -> CommitOutcome.Status.UNKNOWN;
        };
    return CommitOutcome.of(status, published.reason());
  }
}
