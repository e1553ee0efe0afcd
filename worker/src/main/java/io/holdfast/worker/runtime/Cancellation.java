package io.holdfast.worker.runtime;

import io.holdfast.protocol.Generation;

/**
 * Tells the compute thread that a generation is over. Raised by the loop, read in between pieces of
 * work, which shows that there is progress.
 */
final class Cancellation {
  private final ProgressWatch watch;
  private volatile Generation over = Generation.NONE;

  Cancellation(ProgressWatch watch) {
    this.watch = watch;
  }

  /** What work of one generation asks between its pieces. */
  interface Check {
    /**
     * Returns if the work is still wanted.
     *
     * @throws CancelledException if it is not
     */
    void proceed();

    /** What comes up to the next piece is to wait for others. */
    default void rest() {}
  }

  /** Work of generations up to this one is no longer wanted. */
  void upTo(Generation generation) {
    over = generation;
  }

  Check of(Generation generation) {
    return new Check() {
      @Override
      public void proceed() {
        if (generation.compareTo(over) <= 0) {
          throw new CancelledException();
        }
        watch.piece(System.nanoTime());
      }

      @Override
      public void rest() {
        watch.rest();
      }
    };
  }
}
