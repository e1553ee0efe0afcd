package io.holdfast.cli;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.holdfast.proto.v1.OperatorGrpc;
import io.holdfast.proto.v1.OperatorGrpc.OperatorBlockingStub;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.StatusRequest;
import io.holdfast.proto.v1.WatchRequest;
import io.holdfast.storage.store.LeaderRecord;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which live job a command is for, and the way to its coordinator, looked up anew each time. */
final class LiveJob {
  private static final Duration ANSWER = Duration.ofSeconds(15);

  /** A stream of pictures is opened anew this often, so that a dead connection is noticed. */
  private static final Duration STREAM = Duration.ofSeconds(60);

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Target target;

  /** One of the two ways to say it. */
  static final class Target {
    @Option(
        names = "--coordinator",
        paramLabel = "HOST:PORT",
        required = true,
        description = "Where the coordinator listens.")
    private String coordinator;

    @Option(
        names = "--dir",
        paramLabel = "RUN",
        required = true,
        description = "The run directory; its leader record says where the coordinator listens.")
    private String directory;
  }

  /**
   * Asks the coordinator how the job is.
   *
   * @throws CommandFailedException with {@link ExitCode#UNREACHABLE} if nobody answers
   */
  StatusReply status() {
    return ask(ANSWER, stub -> stub.getStatus(StatusRequest.getDefaultInstance()));
  }

  /**
   * Asks the coordinator for something and waits until it has happened.
   *
   * @throws CommandFailedException if it does not happen in time, or not at all
   */
  <R> R ask(Duration timeout, Function<OperatorBlockingStub, R> request) {
    HostAndPort address = address();
    try {
      return connected(address, timeout, request);
    } catch (StatusRuntimeException e) {
      throw failure(address, timeout, e.getStatus());
    }
  }

  /**
   * Shows pictures of the job as they come.
   *
   * @return the last one, once the coordinator leaves; none if the stream ended otherwise
   * @throws CommandFailedException with {@link ExitCode#UNREACHABLE} if the connection is lost
   */
  Optional<StatusReply> watch(Consumer<StatusReply> show) {
    HostAndPort address = address();
    try {
      return connected(
          address,
          STREAM,
          stub -> {
            StatusReply last = null;
            Iterator<StatusReply> pictures = stub.watch(WatchRequest.getDefaultInstance());
            while (pictures.hasNext()) {
              last = pictures.next();
              show.accept(last);
            }
            return Optional.ofNullable(last).filter(StatusReply::hasExitCode);
          });
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
        return Optional.empty();
      }
      throw failure(address, STREAM, e.getStatus());
    }
  }

  private static <R> R connected(
      HostAndPort address, Duration timeout, Function<OperatorBlockingStub, R> use) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address.host(), address.port()).usePlaintext().build();
    try {
      return use.apply(
          OperatorGrpc.newBlockingStub(channel)
              .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } finally {
      channel.shutdownNow();
    }
  }

  private CommandFailedException failure(HostAndPort address, Duration timeout, Status status) {
    String said = status.getDescription();
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, FAILED_PRECONDITION -> CommandFailedException.badInput(said);
      case ABORTED -> CommandFailedException.unreachable(said);
      case DEADLINE_EXCEEDED ->
          CommandFailedException.unreachable(
              address + ": no answer in " + timeout.toSeconds() + " s" + present(address, timeout));
      case UNAVAILABLE ->
          CommandFailedException.unreachable(
              address
                  + ": "
                  + (status.getCause() == null
                      ? said
                      : "no coordinator listens there, or it was lost before it answered")
                  + "; try again");
      default -> CommandFailedException.unreachable(address + ": " + status);
    };
  }

  /** What the job does instead of answering; nothing if that was what it was asked. */
  private static String present(HostAndPort address, Duration timeout) {
    if (timeout.equals(ANSWER)) {
      return "";
    }
    try {
      StatusReply status =
          connected(address, ANSWER, stub -> stub.getStatus(StatusRequest.getDefaultInstance()));
      return "; the job is " + status.getPhase() + ": " + status.getReason();
    } catch (StatusRuntimeException e) {
      return "; nor does it say how the job is";
    }
  }

  private HostAndPort address() {
    if (target.coordinator != null) {
      return HostAndPort.parse("--coordinator", target.coordinator);
    }
    RunLocation run = RunLocation.parse(target.directory);
    ObjectStore store = run.openExisting();
    try {
      return LeaderRecord.read(store)
          .map(leader -> HostAndPort.parse(LeaderRecord.NAME, leader.address()))
          .orElseThrow(
              () ->
                  CommandFailedException.unreachable(
                      run.given() + ": no coordinator leads this run"));
    } catch (IOException e) {
      throw CommandFailedException.unreachable(run.given() + ": cannot be read: " + e.getMessage());
    }
  }
}
