package io.holdfast.benchmarks.suite;

import java.io.IOException;
import java.util.Arrays;

/** A server of Hadoop as a process that ends when the one does that started it. */
final class ServerProgram {
  private ServerProgram() {}

  /** The server's class, then its arguments. */
  public static void main(String[] arguments) throws Exception {
    Thread parent = new Thread(ServerProgram::haltAtEnd, "parent-pipe");
    parent.setDaemon(true);
    parent.start();
    String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
  }

  private static void haltAtEnd() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever written.
      }
    } catch (IOException e) {
      System.err.println("lost the pipe to the benchmark: " + e.getMessage());
    }
    Runtime.getRuntime().halt(1);
  }
}
