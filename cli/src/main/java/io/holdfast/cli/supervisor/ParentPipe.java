package io.holdfast.cli.supervisor;

import java.io.IOException;

/**
 * The child's end of the pipe from its supervisor. The pipe ends when the supervisor does, be it by
 * {@code kill -9}, and takes this process with it: at once, for what is not committed now belongs
 * to nobody.
 */
public final class ParentPipe {
  private static final int ORPHANED_EXIT_CODE = 143;

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
      while (System.in.read() >= 0) {
        // A supervisor writes nothing; whatever comes has no meaning.
      }
    } catch (IOException e) {
      System.err.println("holdfast: lost the pipe to the supervisor: " + e.getMessage());
    }
    Runtime.getRuntime().halt(ORPHANED_EXIT_CODE);
  }
}
