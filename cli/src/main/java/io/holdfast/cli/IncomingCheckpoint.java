package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Text;
import io.holdfast.coordinator.server.LocalHost;
import io.holdfast.job.Job;
import io.holdfast.job.file.JobChanges;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobText;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.CheckpointCopy;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.CommitOutcome;
import io.holdfast.storage.checkpoint.Fork;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import io.holdfast.storage.checkpoint.VerificationReport;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/**
 * Brings a checkpoint from elsewhere into a run, where nobody leads, by a claim and a commit of its
 * own. What is there stays as it is: the claim starts from the run's newest checkpoint, so it makes
 * nothing void.
 */
final class IncomingCheckpoint {
  private final RunLocation run;

  IncomingCheckpoint(RunLocation run) {
    this.run = run;
  }

  /** Bad input if the run may not get this checkpoint. Writes nothing. */
  void requireWelcome(CheckpointMetadata incoming) throws IOException, InterruptedException {
    if (run.find().isEmpty()) {
      return;
    }
    StoredRun stored = StoredRun.open(run.given());
    Vacancy.require(run, stored.directory().store());
    long step = incoming.prefix().step();
    Optional<StoredCheckpoint> same = stored.directory().list().atStep(step);
    if (same.isPresent()) {
      throw refused("has a checkpoint of step " + step + " already, " + same.get().prefix());
    }
    Optional<CheckpointMetadata> there = stored.newestMetadata();
    if (there.isPresent()) {
      requireSameJob(there.get(), incoming);
    }
  }

  private void requireSameJob(CheckpointMetadata there, CheckpointMetadata incoming) {
    try {
      Job of = JobText.read("job of " + there.prefix(), there.job());
      JobChanges changes =
          JobChanges.compare(of, JobText.read("job of " + incoming.prefix(), incoming.job()));
      if (!changes.isAllowed()) {
        JobChanges.Change change = changes.refused().get(0);
        throw refused(
            "belongs to another job: its "
                + change.key()
                + " is "
                + change.stored()
                + ", the checkpoint's "
                + change.now());
      }
    } catch (JobException e) {
      throw refused("cannot be told from another job: " + e.getMessage());
    }
  }

  private CommandFailedException refused(String why) {
    return CommandFailedException.badInput(
        "--to: " + run.given() + ": " + why + " (allowed: another directory)");
  }

  /** A checkpoint that has come to be here. */
  record Arrived(String run, Prefix prefix, long bytes, int shards) {

    /**
     * Adds it to what a command prints as JSON.
     *
     * @param key of the run
     */
    ObjectNode addTo(ObjectNode node, String key) {
      return node.put(key, run)
          .put("prefix2", prefix.toString())
          .put("shards", shards)
          .put("bytes", bytes)
          .put("state", "VERIFIED");
    }

    /** For people: what and where it is. */
    String told() {
      return "%s in %s: VERIFIED, %s in %d shard files"
          .formatted(prefix, run, Text.bytes(bytes), shards);
    }
  }

  /**
   * Copies the checkpoint, commits it and reads it back.
   *
   * @param source read front to back
   */
  Arrived take(BundleReader source, long step, int shards)
      throws IOException, DamagedCheckpointException {
    return take(source, step, shards, Optional.empty());
  }

  /** The same, with what a fork says other than its source. */
  Arrived take(BundleReader source, long step, int shards, Optional<Fork> fork)
      throws IOException, DamagedCheckpointException {
    ObjectStore store = run.openOrMake();
    CheckpointDirectory directory = new CheckpointDirectory(store);
    CheckpointKeeper keeper =
        CheckpointKeeper.open(directory, claim(store, directory), Clock.systemUTC());
    try {
      begin(keeper);
      CheckpointCopy copy = new CheckpointCopy(source, keeper, step, shards, fork);
      requireCommitted(copy.run());
      return verified(keeper, copy.prefix(), shards);
    } finally {
      keeper.close();
    }
  }

  private Tenure claim(ObjectStore store, CheckpointDirectory directory) throws IOException {
    if (store.claim(directory.list().largestTerm()) instanceof ClaimOutcome.Won won) {
      return won.tenure();
    }
    throw refused("was claimed by a coordinator just now");
  }

  private void begin(CheckpointKeeper keeper) throws IOException {
    requireSettled(keeper.settle());
    Optional<Prefix> newest = keeper.directory().list().newest().map(StoredCheckpoint::prefix);
    requireSettled(
        keeper.begin(
            new ClaimRecord(
                keeper.term(),
                LocalHost.NAME,
                LocalHost.PID,
                Clock.systemUTC().instant(),
                newest.map(Prefix::toString),
                newest.map(Prefix::step).orElse(0L))));
  }

  private void requireSettled(EffectOutcome outcome) {
    if (!outcome.isSettled()) {
      throw CommandFailedException.unreachable(
          run.given() + ": cannot be led: " + outcome.status() + " " + outcome.reason());
    }
  }

  private void requireCommitted(CommitOutcome outcome) {
    switch (outcome.status()) {
      case COMMITTED -> {}
      case FENCED ->
          throw CommandFailedException.unreachable(
              run.given() + ": a coordinator took the lead meanwhile; nothing was committed");
      case UNKNOWN ->
          throw CommandFailedException.unreachable(
              run.given()
                  + ": it is not known whether the checkpoint was committed ("
                  + outcome.reason()
                  + "); `steps` tells once the storage answers");
      default ->
          throw CommandFailedException.unreachable(
              run.given() + ": not committed: " + outcome.status() + " " + outcome.reason());
    }
  }

  private Arrived verified(CheckpointKeeper keeper, Prefix prefix, int shards) throws IOException {
    VerificationReport report = keeper.readBack(prefix);
    if (report.isDamaged()) {
      keeper.quarantine(report);
      throw CommandFailedException.damaged(
          run.given() + ": what was written is not what is read: " + report.damage().get(0));
    }
    if (report.gone()) {
      throw CommandFailedException.unreachable(
          run.given() + ": " + prefix + " went while it was read back");
    }
    long bytes = keeper.directory().list().find(prefix).map(StoredCheckpoint::bytes).orElse(0L);
    return new Arrived(keeper.directory().store().location().toString(), prefix, bytes, shards);
  }
}
