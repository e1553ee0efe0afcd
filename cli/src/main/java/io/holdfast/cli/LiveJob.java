package io.holdfast.cli;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.holdfast.proto.v1.OperatorGrpc;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.StatusRequest;
import io.holdfast.storage.store.LeaderRecord;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which live job a query is for, and the way to its coordinator. */
final class LiveJob {
  private static final long ANSWER_SECONDS = 5;

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
    HostAndPort address = address();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address.host(), address.port()).usePlaintext().build();
    try {
      return OperatorGrpc.newBlockingStub(channel)
          .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
          .getStatus(StatusRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      throw CommandFailedException.unreachable(address + ": " + problem(e.getStatus()));
    } finally {
      channel.shutdownNow();
    }
  }

  private static String problem(Status status) {
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> "no answer in " + ANSWER_SECONDS + " s";
      case UNAVAILABLE ->
          status.getCause() == null ? status.getDescription() : "no coordinator listens there";
      default -> status.toString();
    };
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
