package io.holdfast.cli;

import io.holdfast.coordinator.server.LocalHost;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Tenure;
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
    int checkpoints = new CheckpointDirectory(store).list().checkpoints().size();
    OfflineTerm term = new OfflineTerm(run, store);
    return term.hold(
        (keeper, tenure) -> {
          term.require(keeper.begin(fromScratch(tenure)), "the checkpoints could not be set aside");
          return checkpoints;
        });
  }

  private static ClaimRecord fromScratch(Tenure tenure) {
    return new ClaimRecord(
        tenure.term(),
        LocalHost.NAME,
        LocalHost.PID,
        Clock.systemUTC().instant(),
        Optional.empty(),
        0);
  }
}
