package io.holdfast.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An address as users write it: {@code host:port}, or {@code [::1]:port}.
 *
 * @param host name or address
 * @param port from 0, which means any
 */
record HostAndPort(String host, int port) {
  private static final int HIGHEST_PORT = 65_535;

  /**
   * Takes what a user typed.
   *
   * @param option what to blame if it is not an address
   */
  static HostAndPort parse(String option, String given) {
    int colon = given.lastIndexOf(':');
    String host = colon < 0 ? "" : given.substring(0, colon);
    int port = colon < 0 ? -1 : port(given.substring(colon + 1));
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty() || port < 0) {
      throw CommandFailedException.badInput(
          option + ": " + given + ": not an address (allowed: HOST:PORT such as 127.0.0.1:7000)");
    }
    return new HostAndPort(host, port);
  }

  private static int port(String digits) {
    try {
      int port = Integer.parseInt(digits);
      return port <= HIGHEST_PORT ? port : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** To listen on. */
  InetSocketAddress resolve(String option) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw CommandFailedException.badInput(option + ": " + host + ": unknown host");
    }
    return address;
  }

  /** Whether others than this machine could connect. */
  boolean isBeyondLoopback(String option) {
    InetAddress address = resolve(option).getAddress();
    return !address.isLoopbackAddress();
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
