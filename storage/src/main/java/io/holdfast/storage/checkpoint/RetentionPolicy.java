package io.holdfast.storage.checkpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which checkpoints are to be kept.
 *
 * @param maxToKeep the newest so many; empty keeps all
 * @param keepEvery besides, one each so long for ever, counted from {@code runStarted}
 * @param best besides, the best by a metric
 * @param onlyVerified whether only verified ones count among the newest
 * @param runStarted when the run first began
 * @param grace how long one that has been superseded stays for those who are reading it
 */
public record RetentionPolicy(
    OptionalInt maxToKeep,
    Optional<Duration> keepEvery,
    Optional<Best> best,
    boolean onlyVerified,
    Instant runStarted,
    Duration grace) {

  /** How long a superseded checkpoint stays for its readers. */
  public static final Duration READERS_GRACE = Duration.ofMinutes(1);

  /**
   * The metric that decides which is best.
   *
   * @param monitor the metric's name
   * @param lowerIsBetter the direction
   */
  public record Best(String monitor, boolean lowerIsBetter) {
    boolean isBetter(double value, double than) {
      return lowerIsBetter ? value < than : value > than;
    }
  }

  public RetentionPolicy {
    if (maxToKeep.isPresent() && maxToKeep.getAsInt() < 1) {
      throw new IllegalArgumentException("at least one is kept, not " + maxToKeep.getAsInt());
    }
    if (keepEvery.isPresent() && (keepEvery.get().isNegative() || keepEvery.get().isZero())) {
      throw new IllegalArgumentException("keep every " + keepEvery.get());
    }
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace " + grace);
    }
  }

  /** A policy that keeps everything. */
  public static RetentionPolicy keepAll() {
    return new RetentionPolicy(
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        Instant.EPOCH,
        READERS_GRACE);
  }
}
