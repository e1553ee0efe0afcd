package io.holdfast.integration;

import java.io.IOException;

/**
 * A NameNode or DataNode as a process of its own; it ends when the process does that started it,
 * however that ends. Run with the jars of Hadoop's mini cluster, which are on no test's classpath.
 */
final class HdfsDaemon {
  private HdfsDaemon() {}

  /** The daemon's class, then its arguments. */
  public static void main(String[] arguments) throws Exception {
    Thread parent = new Thread(HdfsDaemon::haltAtEnd, "parent-pipe");
    parent.setDaemon(true);
    parent.start();
    String[] rest = java.util.Arrays.copyOfRange(arguments, 1, arguments.length);
    Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
  }

  private static void haltAtEnd() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever written.
      }
    } catch (IOException e) {
      System.err.println("lost the pipe to the test: " + e.getMessage());
    }
    Runtime.getRuntime().halt(1);
  }
}
