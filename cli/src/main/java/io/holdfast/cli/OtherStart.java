package io.holdfast.cli;

import io.holdfast.coordinator.server.LocalHost;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/**
 * {@code --restart} and {@code --from}: claims a term that starts from scratch, or from an earlier
 * checkpoint, which makes every later one of the terms before void and moves it into {@code
 * .holdfast/void}. Nothing is deleted. Whoever leads next finds that start as the newest.
 */
final class OtherStart {
  private final RunLocation run;
  private final ObjectStore store;

  OtherStart(RunLocation run, ObjectStore store) {
    this.run = run;
    this.store = store;
  }

  /**
   * Sets all checkpoints aside that are later than the start.
   *
   * @param start empty for from scratch
   * @return how many there were
   */
  int from(Optional<Prefix> start) throws IOException {
    CheckpointDirectory directory = new CheckpointDirectory(store);
    int before = directory.list().checkpoints().size();
    OfflineTerm term = new OfflineTerm(run, store);
    return term.hold(
        (keeper, tenure) -> {
          ClaimRecord claim =
              new ClaimRecord(
                  tenure.term(),
                  LocalHost.NAME,
                  LocalHost.PID,
                  Clock.systemUTC().instant(),
                  start.map(Prefix::toString),
                  start.map(Prefix::step).orElse(0L));
          term.require(keeper.begin(claim), "the checkpoints could not be set aside");
          return before - directory.list().checkpoints().size();
        });
  }
}
