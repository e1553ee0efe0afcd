package io.holdfast.worker.runtime;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.proto.v1.CoordinationGrpc;
import io.holdfast.proto.v1.FromWorker;
import io.holdfast.proto.v1.ToWorker;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.WireCodec;
import io.holdfast.protocol.WorkerMessage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to one coordinator, opened by the constructor. What ends it, a refused connection too,
 * is told once through {@link Inbox#lost}. Sending is for one thread.
 */
final class CoordinatorLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorLink.class);

  /** The largest message a worker accepts; the owners of all slices of a large model fit. */
  static final int MAX_MESSAGE_BYTES = 16 << 20;

  private static final long CLOSE_DEADLINE_MILLIS = 1_000;

  /** Where the stream's events go; called on gRPC's threads, may block while the inbox is full. */
  interface Inbox {
    void received(long connection, CoordinatorMessage message);

    void lost(long connection, String reason);
  }

  private final String address;
  private final ManagedChannel channel;
  private final StreamObserver<FromWorker> toCoordinator;

  /**
   * @param connection the number by which the stream's events are told apart from an older one's
   */
  CoordinatorLink(long connection, String address, Inbox inbox) {
    this.address = address;
    this.channel =
        NettyChannelBuilder.forTarget("dns:///" + address)
            .usePlaintext()
            // What comes is only put into the inbox: a thread of its own would cost each step a
            // hop.
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    this.toCoordinator =
        CoordinationGrpc.newStub(channel).join(new FromCoordinator(connection, inbox));
  }

  /** Sends if the stream still stands; a broken one is told through the inbox. */
  void send(WorkerMessage message) {
    try {
      toCoordinator.onNext(WireCodec.encode(message));
    } catch (IllegalStateException streamIsOver) {
      LOG.debug("Stream to {} is over; not sent: {}", address, message);
    }
  }

  /** Ends the stream in good order, so that what was sent arrives, within a bounded time. */
  @Override
  public void close() {
    try {
      toCoordinator.onCompleted();
    } catch (IllegalStateException streamIsOver) {
      LOG.debug("Stream to {} was already over", address);
    }
    channel.shutdown();
    try {
      if (!channel.awaitTermination(CLOSE_DEADLINE_MILLIS, TimeUnit.MILLISECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private final class FromCoordinator implements StreamObserver<ToWorker> {
    private final long connection;
    private final Inbox inbox;

    FromCoordinator(long connection, Inbox inbox) {
      this.connection = connection;
      this.inbox = inbox;
    }

    @Override
    public void onNext(ToWorker bytes) {
      try {
        inbox.received(connection, WireCodec.decode(bytes));
      } catch (WireCodec.RefusedException e) {
        LOG.warn("Coordinator {} sent what cannot be understood: {}", address, e.getMessage());
        channel.shutdownNow();
      }
    }

    @Override
    public void onError(Throwable error) {
      Status status = Status.fromThrowable(error);
      String detail = status.getDescription() == null ? "" : ": " + status.getDescription();
      inbox.lost(connection, address + " " + status.getCode() + detail);
    }

    @Override
    public void onCompleted() {
      inbox.lost(connection, address + " closed the connection");
    }
  }
}
