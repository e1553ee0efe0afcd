package io.holdfast.cli;

import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.time.Clock;

/**
 * A term that a command claims for itself, to change a run that nobody leads: what it does is
 * fenced as a coordinator's is, and a coordinator that starts meanwhile ends it.
 */
final class OfflineTerm {
  private final RunLocation run;
  private final ObjectStore store;

  OfflineTerm(RunLocation run, ObjectStore store) {
    this.run = run;
    this.store = store;
  }

  /** What is done in the term. */
  interface Work<T> {
    T with(CheckpointKeeper keeper, Tenure tenure) throws IOException;
  }

  /** Claims a term, does the work and lets go. */
  <T> T hold(Work<T> work) throws IOException {
    CheckpointDirectory directory = new CheckpointDirectory(store);
    if (!(store.claim(directory.list().largestTerm()) instanceof ClaimOutcome.Won won)) {
      throw CommandFailedException.badInput(
          "RUN: " + run.given() + ": a coordinator claimed this run just now");
    }
    CheckpointKeeper keeper = CheckpointKeeper.open(directory, won.tenure(), Clock.systemUTC());
    try {
      return work.with(keeper, won.tenure());
    } finally {
      keeper.close();
    }
  }

  /** Ends the command unless an effect came to be. */
  void require(EffectOutcome outcome, String what) {
    if (!outcome.isSettled()) {
      throw CommandFailedException.unreachable(
          run.given() + ": " + what + ": " + outcome.status() + " " + outcome.reason());
    }
  }
}
