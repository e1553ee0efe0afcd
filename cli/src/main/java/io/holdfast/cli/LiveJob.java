package io.holdfast.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
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
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which live job a command is for, and the way to its coordinator, looked up anew each time. */
final class LiveJob {
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
    return ask(CoordinatorAt.PICTURE, stub -> stub.getStatus(StatusRequest.getDefaultInstance()));
  }

  /**
   * Asks the coordinator for something and waits until it has happened.
   *
   * @throws CommandFailedException if it does not happen in time, or not at all
   */
  <R> R ask(Duration timeout, Function<OperatorBlockingStub, R> request) {
    return new CoordinatorAt(address()).ask(timeout, request);
  }

  /**
   * Shows pictures of the job as they come.
   *
   * @return the last one, once the coordinator leaves; none if the stream ended otherwise
   * @throws CommandFailedException with {@link ExitCode#UNREACHABLE} if the connection is lost
   */
  Optional<StatusReply> watch(Consumer<StatusReply> show) {
    CoordinatorAt coordinator = new CoordinatorAt(address());
    try {
      return coordinator.call(
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
      throw coordinator.failure(STREAM, e.getStatus());
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
