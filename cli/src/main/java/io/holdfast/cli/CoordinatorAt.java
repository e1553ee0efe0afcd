package io.holdfast.cli;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.holdfast.proto.v1.OperatorGrpc;
import io.holdfast.proto.v1.OperatorGrpc.OperatorBlockingStub;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.StatusRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A coordinator, asked over a connection of its own each time.
 *
 * @param address where it listens
 */
record CoordinatorAt(HostAndPort address) {

  /** How long a picture of the job may take, for which a coordinator waits for nothing. */
  static final Duration PICTURE = Duration.ofSeconds(15);

  /** The largest answer accepted: what is damaged in all checkpoints of a run. */
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  /**
   * Asks for something and waits until it has happened.
   *
   * @throws CommandFailedException if it does not happen in time, or not at all
   */
  <R> R ask(Duration timeout, Function<OperatorBlockingStub, R> request) {
    try {
      return call(timeout, request);
    } catch (StatusRuntimeException e) {
      throw failure(timeout, e.getStatus());
    }
  }

  /** The same, with failures as gRPC has them. */
  <R> R call(Duration timeout, Function<OperatorBlockingStub, R> use) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address.host(), address.port())
            .usePlaintext()
            .maxInboundMessageSize(MAX_ANSWER_BYTES)
            .build();
    try {
      return use.apply(
          OperatorGrpc.newBlockingStub(channel)
              .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } finally {
      channel.shutdownNow();
    }
  }

  /** What a failed call means to the user. */
  CommandFailedException failure(Duration timeout, Status status) {
    String said = status.getDescription();
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, FAILED_PRECONDITION -> CommandFailedException.badInput(said);
      case ABORTED -> CommandFailedException.unreachable(said);
      case DEADLINE_EXCEEDED ->
          CommandFailedException.unreachable(
              address + ": no answer in " + timeout.toSeconds() + " s" + present(timeout));
      case UNAVAILABLE ->
          CommandFailedException.unreachable(
              address
                  + ": "
                  + (status.getCause() == null
                      ? said
                      : "no coordinator listens there, or it was lost before it answered")
                  + "; ask again");
      case UNIMPLEMENTED ->
          CommandFailedException.unreachable(
              address + ": the coordinator is of a release that does not know this; stop it first");
      default -> CommandFailedException.unreachable(address + ": " + status);
    };
  }

  /** What the job does instead of answering; nothing if that was what it was asked. */
  private String present(Duration timeout) {
    if (timeout.equals(PICTURE)) {
      return "";
    }
    try {
      StatusReply status =
          call(PICTURE, stub -> stub.getStatus(StatusRequest.getDefaultInstance()));
      return "; the job is " + status.getPhase() + ": " + status.getReason();
    } catch (StatusRuntimeException e) {
      return "; nor does it say how the job is";
    }
  }
}
