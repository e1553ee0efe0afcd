package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderEffect.Level;
import io.holdfast.coordinator.protocol.LeaderEffect.RecordAttempt;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyDone;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyOutcome;
import java.util.Optional;
import java.util.Set;

/** Commits are read back one after the other, beside training. */
final class Verifications {
  private Verifications() {}

  static boolean pending(Turn turn, String prefix) {
    return turn.verifications.stream().anyMatch(waiting -> waiting.prefix().equals(prefix));
  }

  /** Has a commit read back, unless it is waiting for that already. */
  static void request(Turn turn, String prefix, long step) {
    if (!pending(turn, prefix)) {
      turn.verifications.add(new Verification(prefix, step, false, 0, 0));
      tick(turn);
    }
  }

  static void tick(Turn turn) {
    if (turn.verifications.isEmpty()) {
      return;
    }
    Verification first = turn.verifications.get(0);
    if (!first.asked() && turn.now >= first.retryAtNanos()) {
      turn.verifications.set(0, first.ask());
      turn.effect(new LeaderEffect.Verify(first.prefix()));
    }
  }

  static void done(Turn turn, VerifyDone done) {
    if (turn.verifications.isEmpty()) {
      return;
    }
    Verification first = turn.verifications.get(0);
    if (!first.asked() || !first.prefix().equals(done.prefix())) {
      return;
    }
    if (done.outcome() instanceof VerifyOutcome.Good) {
      verified(turn, first);
    } else if (done.outcome() instanceof VerifyOutcome.Damaged damaged) {
      damaged(turn, first, damaged.reason());
    } else if (done.outcome() instanceof VerifyOutcome.Unreadable unreadable) {
      unreadable(turn, first, unreadable.reason());
    }
    tick(turn);
    Steps.advance(turn);
  }

  private static void verified(Turn turn, Verification first) {
    turn.verifications.remove(0);
    turn.commits.computeIfPresent(
        first.step(),
        (step, commit) ->
            commit.prefix().equals(first.prefix()) ? new Commit(commit.prefix(), true) : commit);
    if (nothingIsUnderWay(turn)) {
      turn.cadence = turn.cadence.through(turn.now);
    }
    turn.linkable = Optional.of(first.prefix());
    turn.effect(new RecordAttempt(first.step(), first.prefix(), AttemptState.VERIFIED, ""));
    turn.info("Step " + first.step() + ": VERIFIED " + first.prefix());
    retain(turn);
  }

  private static boolean nothingIsUnderWay(Turn turn) {
    return turn.save.isEmpty() && turn.verifications.isEmpty();
  }

  /** The first one is read back no more, and came to nothing. */
  private static void drop(Turn turn) {
    turn.verifications.remove(0);
    if (nothingIsUnderWay(turn)) {
      turn.cadence = turn.cadence.abandoned();
    }
  }

  private static void damaged(Turn turn, Verification first, String why) {
    drop(turn);
    turn.commits.values().removeIf(commit -> commit.prefix().equals(first.prefix()));
    turn.linkable = Optional.empty();
    Saves.pauseSaves(turn);
    turn.effect(new RecordAttempt(first.step(), first.prefix(), AttemptState.QUARANTINED, why));
    turn.announce(
        Level.ERROR, "Checkpoint " + first.prefix() + " is damaged and put aside: " + why);
  }

  /**
   * Not damaged, only out of reach: tried again; before the end of the run for as long as it takes.
   */
  private static void unreadable(Turn turn, Verification first, String why) {
    boolean last = turn.stop.isEmpty() && first.step() >= Steps.lastStep(turn);
    if (first.failures() + 1 >= Limits.MAX_VERIFY_ATTEMPTS && !last) {
      drop(turn);
      turn.warn("Step " + first.step() + " stays COMMITTED, it cannot be read back: " + why);
      return;
    }
    long retryAt = turn.now + Limits.retryPauseNanos(first.failures() + 1);
    turn.verifications.set(0, first.failedUntil(retryAt));
  }

  /** Retention spares what members may be loading. */
  static void retain(Turn turn) {
    turn.effect(new LeaderEffect.Retain(turn.round.map(Round::inUse).orElse(Set.of())));
  }
}
