package io.holdfast.coordinator.protocol;

import java.time.Duration;
import java.util.Objects;

/**
 * How many workers a round is to have.
 *
 * @param expected at the start; 0 if nobody said, and then {@code min}
 * @param min with fewer nothing is computed
 * @param replaceWait how long a round waits, once a worker is ready, for those that are missing to
 *     the number expected, or that there were before some were lost
 */
public record MembersRule(int expected, int min, Duration replaceWait) {
  public MembersRule {
    Objects.requireNonNull(replaceWait);
    if (expected < 0 || min < 1 || replaceWait.isNegative()) {
      throw new IllegalArgumentException(
          expected + " workers, at least " + min + ", in " + replaceWait);
    }
  }
}
