package io.holdfast.cli.supervisor;

import java.io.IOException;

/**
 * The child's end of the pipe from its supervisor. The pipe ends when the supervisor does, be it by
 * {@code kill -9}, and takes this process with it: at once, for what is not committed now belongs
 * to nobody.
 */
public final class ParentPipe {
  /** What a supervisor writes to make the child leave in good order, as SIGTERM does. */
  static final int LEAVE = '.';

  private static final int ORPHANED_EXIT_CODE = 143;
  private static final int INTERRUPTED_EXIT_CODE = 130;

  private ParentPipe() {}

  /** Whether a supervisor started this process. */
  public static boolean isSupervised() {
    return System.getenv(Child.SUPERVISED) != null;
  }

  /** From now on this process ends when its supervisor does; nothing happens if it has none. */
  public static void watch() {
    if (!isSupervised()) {
      return;
    }
    Thread thread = new Thread(ParentPipe::haltAtEnd, "parent-pipe");
    thread.setDaemon(true);
    thread.start();
  }

  private static void haltAtEnd() {
    try {
      int read = System.in.read();
      while (read >= 0) {
        if (read == LEAVE) {
          leave();
        }
        read = System.in.read();
      }
    } catch (IOException e) {
      System.err.println("holdfast: lost the pipe to the supervisor: " + e.getMessage());
    }
    Runtime.getRuntime().halt(ORPHANED_EXIT_CODE);
  }

  /** On a thread of its own, so that the end of the pipe is still noticed meanwhile. */
  private static void leave() {
    new Thread(() -> System.exit(INTERRUPTED_EXIT_CODE), "leave").start();
  }
}
