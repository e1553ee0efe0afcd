package io.holdfast.coordinator.server;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Tells of connections that do not speak gRPC in one line each; gRPC's own log gives a stack trace
 * to every port scan.
 */
final class ForeignConnections extends Handler {
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(ForeignConnections.class);

  /** Marks lines that strangers can cause as often as they like. */
  static final Marker REFUSED = MarkerFactory.getMarker("REFUSED");

  // java.util.logging holds loggers weakly: without this one the handler would be lost.
  private static final Logger TRANSPORTS = Logger.getLogger("io.grpc.netty.NettyServerTransport");

  private ForeignConnections() {}

  /** Takes the place of gRPC's own log of failed connections in this process. */
  static void tell() {
    TRANSPORTS.setUseParentHandlers(false);
    for (Handler handler : TRANSPORTS.getHandlers()) {
      TRANSPORTS.removeHandler(handler);
    }
    TRANSPORTS.addHandler(new ForeignConnections());
  }

  @Override
  public void publish(LogRecord line) {
    Throwable cause = line.getThrown();
    LOG.warn(
        REFUSED,
        "A connection was refused: {}",
        cause == null ? line.getMessage() : String.valueOf(cause.getMessage()));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
