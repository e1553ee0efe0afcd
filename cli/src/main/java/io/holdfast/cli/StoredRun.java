package io.holdfast.cli;

import io.holdfast.job.Job;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobText;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointHistory;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.KeptReason;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.RetentionPolicy;
import io.holdfast.storage.checkpoint.StepHistory;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A run directory as offline commands read it; works whether or not a coordinator lives. */
final class StoredRun {
  static final String LATEST = "latest";
  static final String BEST = "best";

  /** What {@link #find} takes, for messages. */
  static final String STEPS = "a step number, latest, best or a checkpoint's name";

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  private final RunLocation location;
  private final CheckpointDirectory directory;

  private StoredRun(RunLocation location) {
    this.location = location;
    this.directory = new CheckpointDirectory(location.openExisting());
  }

  /** Opens a run that must exist. */
  static StoredRun open(String run) {
    return new StoredRun(RunLocation.parse(run));
  }

  CheckpointDirectory directory() {
    return directory;
  }

  RunLocation location() {
    return location;
  }

  String uri() {
    return directory.store().location().toString();
  }

  /** Reads something, with the failures of storage as the command line tells them. */
  <T> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (DamagedCheckpointException e) {
      throw CommandFailedException.damaged(location.file(e.file()) + ": " + e.problem());
    } catch (NoSuchFileException e) {
      throw CommandFailedException.unreachable(
          location.given() + ": went while it was read: " + e.getMessage());
    } catch (IOException e) {
      throw CommandFailedException.unreachable(
          location.given() + ": cannot be read: " + e.getMessage());
    }
  }

  /** Changes something, with the failures of storage as the command line tells them. */
  <T> T change(Reading<T> change) {
    location.requireWritable();
    try {
      return change.read();
    } catch (DamagedCheckpointException e) {
      throw CommandFailedException.damaged(location.file(e.file()) + ": " + e.problem());
    } catch (IOException e) {
      throw CommandFailedException.unreachable(
          location.given() + ": cannot be written: " + e.getMessage());
    }
  }

  /** Reads one checkpoint of the run; {@link #read(Reading)} tells of failures. */
  <T> T read(Prefix prefix, CheckpointReading<T> reading) {
    return read(
        () -> {
          try (BundleReader reader = directory.open(prefix)) {
            return reading.read(reader);
          } catch (DamagedCheckpointException e) {
            throw damaged(prefix, e);
          }
        });
  }

  /** What damage means to the user: nothing, if retention has removed the checkpoint meanwhile. */
  CommandFailedException damaged(Prefix prefix, DamagedCheckpointException damage) {
    if (checkpoints().stream().noneMatch(stored -> stored.prefix().equals(prefix))) {
      return CommandFailedException.unreachable(
          location.given() + ": " + prefix + " went while it was read; try again");
    }
    return CommandFailedException.damaged(file(damage.file()) + ": " + damage.problem());
  }

  /** Something to read from one open checkpoint. */
  interface CheckpointReading<T> {
    T read(BundleReader reader) throws IOException, DamagedCheckpointException;
  }

  /** Something to read from the run. */
  interface Reading<T> {
    T read() throws IOException, DamagedCheckpointException;
  }

  /** Every step that has, or had, a checkpoint or an attempt at one, ascending. */
  List<StepHistory> history() {
    return read(() -> CheckpointHistory.read(directory, policy(), Instant.now()));
  }

  /** The committed checkpoints, oldest first. */
  List<StoredCheckpoint> checkpoints() {
    return read(() -> directory.list().checkpoints());
  }

  /**
   * The checkpoint that a user means.
   *
   * @param step a step number, {@code latest}, {@code best} or a checkpoint's own name
   */
  Prefix find(String step) {
    if (step.equals(BEST)) {
      return best();
    }
    List<StoredCheckpoint> all = checkpoints();
    if (all.isEmpty()) {
      throw CommandFailedException.badInput("RUN: " + location.given() + ": has no checkpoint");
    }
    if (step.equals(LATEST)) {
      return all.get(all.size() - 1).prefix();
    }
    Optional<Prefix> named = Prefix.parse(step);
    if (named.isPresent()) {
      return all.stream()
          .map(StoredCheckpoint::prefix)
          .filter(named.get()::equals)
          .findFirst()
          .orElseThrow(() -> noSuchStep(step, all));
    }
    long number = number(step);
    return all.stream()
        .map(StoredCheckpoint::prefix)
        .filter(prefix -> prefix.step() == number)
        .findFirst()
        .orElseThrow(() -> noSuchStep(step, all));
  }

  /** Whether a text may stand for a step, be there a checkpoint of it or not. */
  static boolean isStep(String text) {
    return text.equals(LATEST)
        || text.equals(BEST)
        || NUMBER.matcher(text).matches()
        || Prefix.parse(text).isPresent();
  }

  private static long number(String step) {
    try {
      return Long.parseUnsignedLong(step);
    } catch (NumberFormatException e) {
      throw CommandFailedException.badInput(
          "STEP: " + step + ": not a step (allowed: " + STEPS + ")");
    }
  }

  private static CommandFailedException noSuchStep(String step, List<StoredCheckpoint> all) {
    return CommandFailedException.badInput(
        "STEP: " + step + ": has no checkpoint (allowed: " + steps(all) + ", latest, best)");
  }

  private static List<Long> steps(List<StoredCheckpoint> all) {
    return all.stream().map(stored -> stored.prefix().step()).toList();
  }

  private Prefix best() {
    return history().stream()
        .filter(step -> step.state().isSaved() && step.kept().contains(KeptReason.BEST))
        .reduce((first, second) -> second)
        .map(StepHistory::prefix)
        .orElseThrow(
            () ->
                CommandFailedException.badInput(
                    "STEP: best: no checkpoint of "
                        + location.given()
                        + " has the metric that its job saves the best of (allowed: "
                        + steps(checkpoints())
                        + ", latest)"));
  }

  /** What the job of the newest readable checkpoint says is to be kept; empty if there is none. */
  Optional<RetentionPolicy> policy() {
    return newestMetadata().flatMap(this::policy);
  }

  /** What the next checkpoint will about occupy. */
  private long newestBytes() {
    return read(() -> directory.list().newest().map(StoredCheckpoint::bytes).orElse(0L));
  }

  private Optional<RetentionPolicy> policy(CheckpointMetadata metadata) {
    return job(metadata)
        .map(Job::checkpoint)
        .map(
            checkpoint ->
                checkpoint
                    .retention()
                    .policy(
                        checkpoint.verifyAfter(),
                        metadata.runId(),
                        metadata.runStarted(),
                        RetentionPolicy.READERS_GRACE,
                        newestBytes()));
  }

  /** Whether the job of the newest readable checkpoint asks for parity files. */
  boolean wantsParity() {
    return newestMetadata()
        .flatMap(StoredRun::job)
        .filter(job -> job.checkpoint().hasParity())
        .isPresent();
  }

  private static Optional<Job> job(CheckpointMetadata metadata) {
    try {
      return Optional.of(JobText.read(metadata.prefix().toString(), metadata.job()));
    } catch (JobException e) {
      return Optional.empty();
    }
  }

  /** The metadata of the newest checkpoint that has sound ones. */
  Optional<CheckpointMetadata> newestMetadata() {
    List<StoredCheckpoint> all = checkpoints();
    for (int i = all.size() - 1; i >= 0; i--) {
      Optional<CheckpointMetadata> metadata = metadata(all.get(i).prefix());
      if (metadata.isPresent()) {
        return metadata;
      }
    }
    return Optional.empty();
  }

  private Optional<CheckpointMetadata> metadata(Prefix prefix) {
    try {
      return Optional.of(directory.metadata(prefix));
    } catch (DamagedCheckpointException | NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw CommandFailedException.unreachable(
          location.given() + ": cannot be read: " + e.getMessage());
    }
  }

  /** Where a file of the run lies, for messages. */
  String file(String name) {
    return location.file(name);
  }
}
