package io.holdfast.job;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * When to save and what to keep.
 *
 * @param everySteps a save each so many steps
 * @param every a save each time so long has passed
 * @param auto instead, as often as loses least in all
 * @param retention what is kept
 * @param async whether training goes on while shard files are written
 * @param verifyAfter whether each is read back after its commit; then only verified ones count for
 *     retention
 * @param parity how many lost files of a checkpoint can be rebuilt: none, or 1 by a parity file
 * @param writers shard files that a worker writes at once; empty for as many as suit the store
 */
public record CheckpointSpec(
    OptionalLong everySteps,
    Optional<Duration> every,
    Optional<AutoInterval> auto,
    RetentionSpec retention,
    boolean async,
    boolean verifyAfter,
    int parity,
    OptionalInt writers) {

  public CheckpointSpec {
    everySteps.ifPresent(steps -> Checks.range("every_steps", steps, 1, JobLimits.MAX_STEPS));
    every.ifPresent(time -> Checks.positive("every_secs", time));
    Objects.requireNonNull(auto);
    Objects.requireNonNull(retention);
    Checks.range("parity", parity, 0, JobLimits.MAX_PARITY);
    writers.ifPresent(count -> Checks.range("writers", count, 1, JobLimits.MAX_WRITERS));
  }

  /**
   * The leader chooses the interval by what saves cost and how often the run fails.
   *
   * @param stallBudget the part of the time that saving may cost at most, above 0 and at most 1
   */
  public record AutoInterval(double stallBudget) {
    public AutoInterval {
      Checks.require(stallBudget > 0 && stallBudget <= 1, "stall_budget", stallBudget);
    }
  }

  /** Whether checkpoints get a parity file. */
  public boolean hasParity() {
    return parity > 0;
  }
}
