package io.holdfast.storage.checkpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Which checkpoints are to be kept.
 *
 * @param maxToKeep the newest so many; empty keeps all
 * @param keepEvery besides, the first of each span so long, counted from {@code runStarted}
 * @param keepEverySteps besides, those whose step is a multiple of it
 * @param best besides, the best by a metric
 * @param timeToLive older ones go, whatever of the above but {@code best} keeps them
 * @param maxBytes what those that are kept may occupy together, as far as that goes without the
 *     newest, best and pinned ones; may be below 0, when the next one alone is above the budget
 * @param onlyVerified whether only verified ones count among the newest
 * @param runId of the run whose checkpoints these are; those of others are left alone
 * @param runStarted when the run first began
 * @param grace how long one that has been superseded stays for those who are reading it
 */
public record RetentionPolicy(
    OptionalInt maxToKeep,
    Optional<Duration> keepEvery,
    OptionalLong keepEverySteps,
    Optional<Best> best,
    Optional<Duration> timeToLive,
    OptionalLong maxBytes,
    boolean onlyVerified,
    String runId,
    Instant runStarted,
    Duration grace) {

  /** How long a superseded checkpoint stays for its readers. */
  public static final Duration READERS_GRACE = Duration.ofMinutes(1);

  /**
   * The metric that decides which are best.
   *
   * @param monitor the metric's name
   * @param lowerIsBetter the direction
   * @param keep how many of the best are kept
   */
  public record Best(String monitor, boolean lowerIsBetter, int keep) {
    public Best {
      if (keep < 1) {
        throw new IllegalArgumentException("at least one best is kept, not " + keep);
      }
    }
  }

  public RetentionPolicy {
    if (maxToKeep.isPresent() && maxToKeep.getAsInt() < 1) {
      throw new IllegalArgumentException("at least one is kept, not " + maxToKeep.getAsInt());
    }
    if (keepEverySteps.isPresent() && keepEverySteps.getAsLong() < 1) {
      throw new IllegalArgumentException("keep every " + keepEverySteps.getAsLong() + " steps");
    }
    keepEvery.ifPresent(span -> requirePositive("keep every", span));
    timeToLive.ifPresent(span -> requirePositive("time to live", span));
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace " + grace);
    }
  }

  private static void requirePositive(String what, Duration span) {
    if (span.isNegative() || span.isZero()) {
      throw new IllegalArgumentException(what + " " + span);
    }
  }

  /** A policy that keeps the newest so many. */
  public static RetentionPolicy keepNewest(
      int maxToKeep, boolean onlyVerified, String runId, Instant runStarted, Duration grace) {
    return new RetentionPolicy(
        OptionalInt.of(maxToKeep),
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        onlyVerified,
        runId,
        runStarted,
        grace);
  }
}
