package io.holdfast.cli;

import io.holdfast.coordinator.server.LocalHost;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/**
 * {@code --restart}: claims a term that starts from scratch, which makes every checkpoint of the
 * terms before void and moves them into {@code .holdfast/void}. Nothing is deleted. Whoever leads
 * next finds an empty run.
 */
final class FreshStart {
  private final RunLocation run;
  private final ObjectStore store;

  FreshStart(RunLocation run, ObjectStore store) {
    this.run = run;
    this.store = store;
  }

  /**
   * Sets all checkpoints aside.
   *
   * @return how many there were
   */
  int setAside() throws IOException {
    CheckpointDirectory directory = new CheckpointDirectory(store);
    int checkpoints = directory.list().checkpoints().size();
    if (!(store.claim(directory.list().largestTerm()) instanceof ClaimOutcome.Won won)) {
      throw CommandFailedException.badInput(
          "RUN: " + run.given() + ": a coordinator claimed this run just now");
    }
    CheckpointKeeper keeper = CheckpointKeeper.open(directory, won.tenure(), Clock.systemUTC());
    try {
      EffectOutcome outcome =
          keeper.begin(
              new ClaimRecord(
                  won.tenure().term(),
                  LocalHost.NAME,
                  LocalHost.PID,
                  Clock.systemUTC().instant(),
                  Optional.empty(),
                  0));
      if (!outcome.isSettled()) {
        throw CommandFailedException.unreachable(
            run.given()
                + ": the checkpoints could not be set aside: "
                + outcome.status()
                + " "
                + outcome.reason());
      }
    } finally {
      keeper.close();
    }
    return checkpoints;
  }
}
