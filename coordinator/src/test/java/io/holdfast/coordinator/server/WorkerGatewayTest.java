package io.holdfast.coordinator.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.holdfast.proto.v1.CoordinationGrpc;
import io.holdfast.proto.v1.FromWorker;
import io.holdfast.proto.v1.ToWorker;
import io.holdfast.protocol.WireCodec;
import io.holdfast.protocol.WorkerMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams of real gRPC that say the wrong thing, or nothing. */
class WorkerGatewayTest {
  private static final long DEADLINE_SECONDS = 30;

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final ImpatientClock clock = new ImpatientClock();
  private Server server;
  private ManagedChannel channel;

  /** Deadlines are over at once, if it is told so. */
  private static final class ImpatientClock extends ScheduledThreadPoolExecutor {
    private volatile boolean impatient;

    ImpatientClock() {
      super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      return super.schedule(command, impatient ? 0 : delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> command, long delay, TimeUnit unit) {
      throw new IllegalStateException("not used");
    }
  }

  private final class Inbox implements WorkerGateway.Inbox {
    @Override
    public void joined(long connection, WorkerMessage.Hello hello) {
      told.add("joined " + hello.workerId());
    }

    @Override
    public void received(long connection, WorkerMessage message) {
      told.add("received");
    }

    @Override
    public void lost(long connection, String reason) {
      told.add("lost");
    }
  }

  /** How a stream ended, as the worker sees it. */
  private static final class Ending implements StreamObserver<ToWorker> {
    private final BlockingQueue<Status> statuses = new LinkedBlockingQueue<>();

    @Override
    public void onNext(ToWorker message) {}

    @Override
    public void onError(Throwable error) {
      statuses.add(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      statuses.add(Status.OK);
    }

    Status status() throws InterruptedException {
      Status status = statuses.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
      assertThat(status).as("the stream's end").isNotNull();
      return status;
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(new WorkerGateway(new Inbox(), clock))
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void leave() {
    channel.shutdownNow();
    server.shutdownNow();
    clock.shutdownNow();
  }

  private StreamObserver<FromWorker> join(Ending ending) {
    return CoordinationGrpc.newStub(channel).join(ending);
  }

  private static FromWorker hello() {
    return WireCodec.encode(new WorkerMessage.Hello("1", "w", "host", 1, "127.0.0.1:1", 7));
  }

  @Test
  void aStreamThatSaysNothingIsClosed() throws InterruptedException {
    clock.impatient = true;
    Ending ending = new Ending();
    join(ending);
    assertThat(ending.status().getDescription()).contains("no hello");
    assertThat(told).isEmpty();
  }

  @Test
  void aStreamThatBeginsWithSomethingElseIsClosed() throws InterruptedException {
    Ending ending = new Ending();
    StreamObserver<FromWorker> stream = join(ending);
    stream.onNext(WireCodec.encode(new WorkerMessage.Leaving("bored")));
    assertThat(ending.status().getDescription()).contains("hello");
    assertThat(told).isEmpty();
  }

  @Test
  void bytesThatAreNoMessageEndAWorker() throws InterruptedException {
    Ending ending = new Ending();
    StreamObserver<FromWorker> stream = join(ending);
    stream.onNext(hello());
    assertThat(told.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("joined w");
    stream.onNext(FromWorker.getDefaultInstance());
    assertThat(ending.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(told.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("lost");
  }
}
