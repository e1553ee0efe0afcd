package io.holdfast.integration;

import java.io.IOException;

/**
 * A server (a NameNode, a DataNode, an S3 server) as a process of its own; it ends when the process
 * does that started it, however that ends. Run with jars that are on no test's classpath.
 */
final class Daemon {
  /** Their log on standard output: what is worth a warning. */
  static final String LOGBACK =
      """
      <configuration>
        <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%d{HH:mm:ss.SSS} %level %logger{0}: %msg%n</pattern></encoder>
        </appender>
        <root level="WARN"><appender-ref ref="out"/></root>
      </configuration>
      """;

  private Daemon() {}

  /** The server's class, then its arguments. */
  public static void main(String[] arguments) throws Exception {
    Thread parent = new Thread(Daemon::haltAtEnd, "parent-pipe");
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
