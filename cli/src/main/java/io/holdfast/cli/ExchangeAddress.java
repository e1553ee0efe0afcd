package io.holdfast.cli;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a worker listens for other workers: where the user says, else at the address by which this
 * machine reaches the coordinator, for so the others reach it too.
 */
final class ExchangeAddress {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeAddress.class);

  private ExchangeAddress() {}

  /**
   * @param listen HOST or HOST:PORT as the user gave it
   * @param coordinator the first one
   */
  static HostAndPort of(Optional<String> listen, HostAndPort coordinator) {
    if (listen.isEmpty()) {
      return new HostAndPort(facing(coordinator), 0);
    }
    String given = listen.get();
    boolean hasPort = given.lastIndexOf(':') > given.lastIndexOf(']');
    HostAndPort address = HostAndPort.parse("--listen", hasPort ? given : given + ":0");
    address.resolve("--listen");
    return address;
  }

  /** The local address of the route to the coordinator; nothing is sent to find it. */
  private static String facing(HostAndPort coordinator) {
    InetSocketAddress address = new InetSocketAddress(coordinator.host(), coordinator.port());
    try (DatagramSocket socket = new DatagramSocket()) {
      if (!address.isUnresolved()) {
        socket.connect(address);
        return socket.getLocalAddress().getHostAddress();
      }
      return InetAddress.getLocalHost().getHostAddress();
    } catch (SocketException e) {
      LOG.warn(
          "No route to {} yet ({}); listens at the loopback address", coordinator, e.toString());
      return InetAddress.getLoopbackAddress().getHostAddress();
    } catch (IOException e) {
      LOG.warn("{} is unknown ({}); listens at the loopback address", coordinator, e.toString());
      return InetAddress.getLoopbackAddress().getHostAddress();
    }
  }
}
