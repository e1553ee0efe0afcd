package io.holdfast.benchmarks.suite;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code ss -tnpiOH} says of TCP connections, a line each. */
final class SocketCounters {
  // bytes_acked is bytes_sent without what is on its way or was sent twice; older kernels have only
  // it.
  private static final Pattern SENT = Pattern.compile("\\bbytes_acked:(\\d+)");

  private SocketCounters() {}

  /** Bytes that a process has sent on connections that are open now. */
  static long sentBy(long pid, String sockets) {
    return sockets
        .lines()
        .filter(line -> line.contains("pid=" + pid + ","))
        .map(SENT::matcher)
        .filter(Matcher::find)
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .sum();
  }
}
