package io.holdfast.coordinator.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;

/** Who this process is, as it writes into records for others. */
public final class LocalHost {
  public static final String NAME = name();
  public static final long PID = ProcessHandle.current().pid();

  /** When this process started, as its system tells; the same value whoever asks. */
  public static final Instant STARTED =
      ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH);

  private LocalHost() {}

  static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "clock");
    thread.setDaemon(true);
    return thread;
  }

  private static String name() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
