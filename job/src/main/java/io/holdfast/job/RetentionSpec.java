package io.holdfast.job;

import io.holdfast.storage.checkpoint.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What to keep.
 *
 * @param maxToKeep the newest so many are kept
 * @param keepEvery besides, one each so long
 * @param keepEverySteps besides, those whose step is a multiple of it
 * @param best besides, the best by a metric
 * @param timeToLive older ones go, unless they are the best or pinned or no newer one is good
 * @param maxDiskBytes what all of the run's checkpoints together may occupy
 */
public record RetentionSpec(
    int maxToKeep,
    Optional<Duration> keepEvery,
    OptionalLong keepEverySteps,
    Optional<SaveBest> best,
    Optional<Duration> timeToLive,
    OptionalLong maxDiskBytes) {

  public RetentionSpec {
    Checks.range("max_to_keep", maxToKeep, 1, JobLimits.MAX_TO_KEEP);
    keepEvery.ifPresent(time -> Checks.positive("keep_checkpoint_every_n_hours", time));
    keepEverySteps.ifPresent(
        steps -> Checks.range("keep_every_steps", steps, 1, JobLimits.MAX_STEPS));
    Objects.requireNonNull(best);
    timeToLive.ifPresent(time -> Checks.positive("ttl_hours", time));
    maxDiskBytes.ifPresent(
        bytes -> Checks.range("max_disk_bytes", bytes, 1, JobLimits.MAX_DISK_BYTES));
  }

  /** Keeps the newest so many and nothing besides. */
  public static RetentionSpec newest(int maxToKeep) {
    return new RetentionSpec(
        maxToKeep,
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty());
  }

  /**
   * Which metric decides, and whether lower or higher is better.
   *
   * @param monitor a name as in {@code steps --json}'s metrics: {@code val_loss}, {@code accuracy},
   *     ...
   * @param keep how many of the best are kept
   */
  public record SaveBest(String monitor, Mode mode, int keep) {
    public SaveBest {
      Objects.requireNonNull(monitor);
      Objects.requireNonNull(mode);
      Checks.range("keep", keep, 1, JobLimits.MAX_TO_KEEP);
    }
  }

  /** The direction of a metric. */
  public enum Mode {
    MIN,
    MAX
  }

  /**
   * What this means for storage.
   *
   * @param onlyVerified whether only verified checkpoints count
   * @param runId of the run
   * @param runStarted when it first began
   * @param grace how long a superseded one stays for its readers
   * @param nextBytes of the next checkpoint, for which the budget is to have room
   */
  public RetentionPolicy policy(
      boolean onlyVerified, String runId, Instant runStarted, Duration grace, long nextBytes) {
    return new RetentionPolicy(
        OptionalInt.of(maxToKeep),
        keepEvery,
        keepEverySteps,
        best.map(b -> new RetentionPolicy.Best(b.monitor(), b.mode() == Mode.MIN, b.keep())),
        timeToLive,
        maxDiskBytes.isPresent()
            ? OptionalLong.of(maxDiskBytes.getAsLong() - nextBytes)
            : OptionalLong.empty(),
        onlyVerified,
        runId,
        runStarted,
        grace);
  }
}
