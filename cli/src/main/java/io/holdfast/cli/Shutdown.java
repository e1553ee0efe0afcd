package io.holdfast.cli;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a long-running command does when it is told to end (Ctrl-C, SIGTERM): leaves in good order,
 * then exits with 130.
 */
final class Shutdown {
  private final AtomicBoolean finished = new AtomicBoolean();

  /** An orderly way to leave; returns when everything is done. */
  interface Leaving {
    void leave() throws InterruptedException;
  }

  /** From now on a signal leads to {@code leaving}, until {@link #finished}. */
  static Shutdown install(Leaving leaving) {
    Shutdown shutdown = new Shutdown();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> shutdown.signalled(leaving), "shutdown"));
    return shutdown;
  }

  /** The command has ended by itself. */
  void finished() {
    finished.set(true);
  }

  private void signalled(Leaving leaving) {
    if (finished.get()) {
      return;
    }
    try {
      leaving.leave();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    Runtime.getRuntime().halt(ExitCode.INTERRUPTED.number());
  }
}
