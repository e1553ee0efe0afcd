package io.holdfast.job;

import java.time.Duration;
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

  /**
   * Which metric decides, and whether lower or higher is better.
   *
   * @param monitor a name as in {@code steps --json}'s metrics: {@code val_loss}, {@code accuracy},
   *     ...
   */
  public record SaveBest(String monitor, Mode mode) {}

  /** The direction of a metric. */
  public enum Mode {
    MIN,
    MAX
  }
}
