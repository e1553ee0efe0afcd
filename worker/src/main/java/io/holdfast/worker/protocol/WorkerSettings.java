package io.holdfast.worker.protocol;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Who a worker is and where it looks for a coordinator.
 *
 * @param workerId names this process, never another
 * @param exchangeAddress HOST:PORT where this worker takes slices from others
 * @param exchangeKey what others must say there first
 * @param addresses HOST:PORT, tried in turn again and again
 * @param connectDeadline how long no coordinator may be found before the worker gives up
 */
public record WorkerSettings(
    String version,
    String workerId,
    String host,
    long pid,
    String exchangeAddress,
    long exchangeKey,
    List<String> addresses,
    Duration connectDeadline) {

  /** How long no coordinator may be found where nobody says otherwise. */
  public static final Duration DEFAULT_CONNECT_DEADLINE = Duration.ofMinutes(2);

  /** The pause after the first failed attempt; doubled up to {@link #MAX_CONNECT_PAUSE}. */
  public static final Duration FIRST_CONNECT_PAUSE = Duration.ofMillis(100);

  /** The longest pause between two attempts. */
  public static final Duration MAX_CONNECT_PAUSE = Duration.ofSeconds(1);

  /** How long a coordinator may leave a hello without an answer. */
  public static final Duration WELCOME_TIMEOUT = Duration.ofSeconds(5);

  /** Exit code of a worker that was refused, or whose job or data are bad. */
  public static final int EXIT_BAD_INPUT = 2;

  /** Exit code of a worker that finds no coordinator. */
  public static final int EXIT_UNREACHABLE = 4;

  /** Exit code of a worker that fails by its own fault. */
  public static final int EXIT_BUG = 70;

  public WorkerSettings {
    Objects.requireNonNull(version);
    Objects.requireNonNull(workerId);
    Objects.requireNonNull(host);
    Objects.requireNonNull(exchangeAddress);
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("a worker needs the address of a coordinator");
    }
  }

  /** The pause after so many failed attempts in a row, nanoseconds. */
  static long connectPauseNanos(int failures) {
    int doublings = Math.min(Math.max(failures - 1, 0), 10);
    return Math.min(FIRST_CONNECT_PAUSE.toNanos() << doublings, MAX_CONNECT_PAUSE.toNanos());
  }
}
