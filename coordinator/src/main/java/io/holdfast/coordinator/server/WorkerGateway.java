package io.holdfast.coordinator.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.holdfast.coordinator.protocol.Limits;
import io.holdfast.proto.v1.CoordinationGrpc;
import io.holdfast.proto.v1.FromWorker;
import io.holdfast.proto.v1.ToWorker;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.WireCodec;
import io.holdfast.protocol.WorkerMessage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers' side of the network: turns streams into events for the inbox and messages into
 * bytes. The first message on a stream must be a hello, and must come soon. Whatever breaks a
 * stream is told as a loss, once.
 */
final class WorkerGateway extends CoordinationGrpc.CoordinationImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerGateway.class);

  /** How long a stream may take to say who it is. */
  static final long HELLO_DEADLINE_SECONDS = 5;

  /** Streams that have not said who they are, at most; more are refused at once. */
  static final int MAX_STRANGERS = 1024;

  /** Where the events go; called on gRPC's threads, may block while the inbox is full. */
  interface Inbox {
    void joined(long connection, WorkerMessage.Hello hello);

    void received(long connection, WorkerMessage message);

    void lost(long connection, String reason);
  }

  private final Inbox inbox;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Connection> connections = new ConcurrentHashMap<>();
  private final Set<Connection> strangers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock;

  /**
   * @param clock for deadlines
   */
  WorkerGateway(Inbox inbox, ScheduledExecutorService clock) {
    this.inbox = inbox;
    this.clock = clock;
  }

  @Override
  public StreamObserver<FromWorker> join(StreamObserver<ToWorker> toWorker) {
    Connection stranger = new Connection(numbers.incrementAndGet(), toWorker);
    strangers.add(stranger);
    if (strangers.size() > MAX_STRANGERS) {
      stranger.refuse("there are " + MAX_STRANGERS + " streams without a hello already");
    } else {
      clock.schedule(stranger::requireHello, HELLO_DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
    return stranger;
  }

  /** Sends if the stream still stands; one that does not has been told as lost. */
  void send(long connection, CoordinatorMessage message) {
    Connection open = connections.get(connection);
    if (open != null) {
      open.send(message);
    }
  }

  /**
   * Ends the stream in good order, after what was sent; it is not told as lost, for the leader
   * knows.
   */
  void disconnect(long connection, String reason) {
    Connection open = connections.remove(connection);
    if (open != null) {
      LOG.info("Disconnected {}: {}", open.workerId, reason);
      open.end(Status.OK);
    }
  }

  private final class Connection implements StreamObserver<FromWorker> {
    private final long number;
    private final StreamObserver<ToWorker> toWorker;
    private volatile String workerId = "(no hello yet)";
    private boolean greeted;
    private volatile boolean refused;

    Connection(long number, StreamObserver<ToWorker> toWorker) {
      this.number = number;
      this.toWorker = toWorker;
    }

    @Override
    public void onNext(FromWorker bytes) {
      if (refused) {
        return;
      }
      WorkerMessage message;
      try {
        message = WireCodec.decode(bytes);
      } catch (WireCodec.RefusedException e) {
        refuse(e.getMessage());
        return;
      }
      if (!greeted) {
        open(message);
      } else if (connections.containsKey(number)) {
        inbox.received(number, message);
      }
    }

    private void open(WorkerMessage message) {
      if (!(message instanceof WorkerMessage.Hello hello)) {
        refuse("the first message must be a hello");
        return;
      }
      if (connections.size() >= Limits.MAX_WORKERS) {
        refuse("too many workers: at most " + Limits.MAX_WORKERS);
        return;
      }
      if (!strangers.remove(this)) {
        return;
      }
      greeted = true;
      workerId = hello.workerId();
      connections.put(number, this);
      inbox.joined(number, hello);
    }

    /** What said nothing until now is closed. */
    void requireHello() {
      if (strangers.contains(this)) {
        refuse("no hello came in " + HELLO_DEADLINE_SECONDS + " s");
      }
    }

    private void refuse(String reason) {
      refused = true;
      LOG.warn(ForeignConnections.REFUSED, "Stream of worker {} refused: {}", workerId, reason);
      close("sent what cannot be understood: " + reason);
      end(Status.INVALID_ARGUMENT.withDescription(reason));
    }

    @Override
    public void onError(Throwable error) {
      close("connection lost (" + Status.fromThrowable(error).getCode() + ")");
    }

    @Override
    public void onCompleted() {
      close("connection closed by the worker");
      end(Status.OK);
    }

    private void close(String reason) {
      strangers.remove(this);
      if (connections.remove(number, this)) {
        inbox.lost(number, reason);
      }
    }

    // A StreamObserver is not thread-safe: the loop sends while a gRPC thread may end the stream.
    synchronized void send(CoordinatorMessage message) {
      try {
        toWorker.onNext(WireCodec.encode(message));
      } catch (IllegalStateException | StatusRuntimeException streamIsOver) {
        close("connection lost");
      }
    }

    synchronized void end(Status status) {
      try {
        if (status.isOk()) {
          toWorker.onCompleted();
        } else {
          toWorker.onError(status.asRuntimeException());
        }
      } catch (IllegalStateException | StatusRuntimeException alreadyOver) {
        LOG.debug("Stream of {} was already over", workerId);
      }
    }
  }
}
