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
 * @param retention what is kept
 * @param async whether training goes on while shard files are written
 * @param verifyAfter whether each is read back after its commit; then only verified ones count for
 *     retention
 * @param parity how many lost files of a checkpoint can be rebuilt: none, or 1 by a parity file
 */
public record CheckpointSpec(
    OptionalLong everySteps,
    Optional<Duration> every,
    RetentionSpec retention,
    boolean async,
    boolean verifyAfter,
    int parity) {

  public CheckpointSpec {
    everySteps.ifPresent(steps -> Checks.range("every_steps", steps, 1, JobLimits.MAX_STEPS));
    every.ifPresent(time -> Checks.positive("every_secs", time));
    Objects.requireNonNull(retention);
    Checks.range("parity", parity, 0, JobLimits.MAX_PARITY);
  }

  /** Whether checkpoints get a parity file. */
  public boolean hasParity() {
    return parity > 0;
  }
}
