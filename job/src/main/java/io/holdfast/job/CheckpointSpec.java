package io.holdfast.job;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * When to save and what to keep.
 *
 * @param everySteps a save each so many steps
 * @param every a save each time so long has passed
 * @param maxToKeep the newest so many are kept
 * @param keepEvery besides, one each so long is kept for ever
 * @param saveBest besides, the best by a metric is kept
 * @param async whether training goes on while shard files are written
 * @param verifyAfter whether each is read back after its commit; then only verified ones count for
 *     retention
 */
public record CheckpointSpec(
    OptionalLong everySteps,
    Optional<Duration> every,
    int maxToKeep,
    Optional<Duration> keepEvery,
    Optional<SaveBest> saveBest,
    boolean async,
    boolean verifyAfter) {

  public CheckpointSpec {
    everySteps.ifPresent(steps -> Checks.range("every_steps", steps, 1, JobLimits.MAX_STEPS));
    every.ifPresent(time -> requirePositive("every_secs", time));
    Checks.range("max_to_keep", maxToKeep, 1, JobLimits.MAX_TO_KEEP);
    keepEvery.ifPresent(time -> requirePositive("keep_checkpoint_every_n_hours", time));
    Objects.requireNonNull(saveBest);
  }

  private static void requirePositive(String what, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(what + " " + time + " is not above 0");
    }
  }

  /**
   * Which metric decides, and whether lower or higher is better.
   *
   * @param monitor a name as in {@code steps --json}'s metrics: {@code val_loss}, {@code accuracy},
   *     ...
   */
  public record SaveBest(String monitor, Mode mode) {
    public SaveBest {
      Objects.requireNonNull(monitor);
      Objects.requireNonNull(mode);
    }
  }

  /** The direction of a metric. */
  public enum Mode {
    MIN,
    MAX
  }
}
