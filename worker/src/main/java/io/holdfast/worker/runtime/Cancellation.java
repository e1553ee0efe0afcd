package io.holdfast.worker.runtime;

import io.holdfast.protocol.Generation;

/**
 * Tells the compute thread that a generation is over. Raised by the loop, read in between pieces of
 * work.
 */
final class Cancellation {
  private volatile Generation over = Generation.NONE;

  /** What work of one generation asks between its pieces. */
  interface Check {
    /**
     * Returns if the work is still wanted.
     *
     * @throws CancelledException if it is not
     */
    void proceed();
  }

  /** Work of generations up to this one is no longer wanted. */
  void upTo(Generation generation) {
    over = generation;
  }

  Check of(Generation generation) {
    return () -> {
      if (generation.compareTo(over) <= 0) {
        throw new CancelledException();
      }
    };
  }
}
