package io.holdfast.integration;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition, never for a time. */
final class Await {
  private static final long POLL_NANOS = 5_000_000;

  private Await() {}

  /** A condition that may fail to be looked at. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /** Returns once the condition holds; fails with the description when it does not in time. */
  static void until(Duration deadline, Supplier<String> description, Condition condition)
      throws Exception {
    long end = System.nanoTime() + deadline.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not in " + deadline + ": " + description.get());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
