package io.holdfast.cli;

import io.holdfast.job.Job;
import io.holdfast.job.file.JobChanges;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobText;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.RecoveryPlan;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.util.Optional;

/** Whether a job may go on in a run directory. Reads only; nothing is written. */
final class RunCheck {
  private final Job job;
  private final String jobFile;
  private final RunLocation run;
  private final ObjectStore store;

  /**
   * @param jobFile to blame for changes that a resume may not make
   * @param store of a run directory that exists
   */
  RunCheck(Job job, String jobFile, RunLocation run, ObjectStore store) {
    this.job = job;
    this.jobFile = jobFile;
    this.run = run;
    this.store = store;
  }

  /**
   * That the newest good checkpoint, if there is one, is of a job that may go on as this one; and
   * that there is a good one if there are any.
   */
  void requireFit() throws IOException {
    CheckpointDirectory directory = new CheckpointDirectory(store);
    RecoveryPlan plan = directory.plan();
    if (plan.isHopeless() && !mayBeRepaired(directory)) {
      throw CommandFailedException.damaged(
          run.given()
              + ": every checkpoint is damaged ("
              + plan.damaged().get(0).damage().get(0)
              + "); nothing was changed; see verify --all, or start from scratch by --restart");
    }
    requireFit(plan);
  }

  /** That one checkpoint is whole and of a job that may go on as this one. */
  void requireFit(Prefix from) throws IOException {
    RecoveryPlan plan = new CheckpointDirectory(store).planFrom(from);
    if (plan.isHopeless()) {
      throw CommandFailedException.damaged(
          "--from: " + plan.damaged().get(0).damage().get(0) + "; nothing was changed");
    }
    requireFit(plan);
  }

  private void requireFit(RecoveryPlan plan) {
    Optional<String> refusal = plan.startMetadata().flatMap(this::refusal);
    if (refusal.isPresent()) {
      throw CommandFailedException.badInput(
          jobFile
              + ": "
              + refusal.get()
              + " (or begin a new run from this one: --dir NEW --fork --from "
              + run.given()
              + ")");
    }
  }

  /** The coordinator tries; where that fails too it ends as this would have. */
  private static boolean mayBeRepaired(CheckpointDirectory directory) throws IOException {
    return directory.list().checkpoints().stream().anyMatch(c -> c.parity().isPresent());
  }

  private Optional<String> refusal(CheckpointMetadata metadata) {
    try {
      Job stored = JobText.read("job of " + metadata.prefix(), metadata.job());
      return JobChanges.compare(stored, job).refusal();
    } catch (JobException e) {
      return Optional.of("the run's job cannot be understood: " + e.getMessage());
    }
  }
}
