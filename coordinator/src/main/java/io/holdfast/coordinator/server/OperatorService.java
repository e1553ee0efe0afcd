package io.holdfast.coordinator.server;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.OperatorAnswer;
import io.holdfast.coordinator.protocol.OperatorRequest;
import io.holdfast.coordinator.protocol.Phase;
import io.holdfast.proto.v1.DrainReply;
import io.holdfast.proto.v1.DrainRequest;
import io.holdfast.proto.v1.OperatorGrpc;
import io.holdfast.proto.v1.PruneReply;
import io.holdfast.proto.v1.PruneRequest;
import io.holdfast.proto.v1.RepairReply;
import io.holdfast.proto.v1.RepairRequest;
import io.holdfast.proto.v1.SaveReply;
import io.holdfast.proto.v1.SaveRequest;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.StatusRequest;
import io.holdfast.proto.v1.StopReply;
import io.holdfast.proto.v1.StopRequest;
import io.holdfast.proto.v1.WatchRequest;
import io.holdfast.protocol.RunStatus;
import io.holdfast.storage.checkpoint.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Answers operators: with pictures from the one published status at once, with what the leader has
 * to do once it has done it.
 */
final class OperatorService extends OperatorGrpc.OperatorImplBase {
  private final StatusReplies replies;
  private final Supplier<RunStatus> published;
  private final OperatorCalls calls;
  private final Upkeep upkeep;
  private final Watchers watchers = new Watchers();

  /**
   * @param inbox of the leader
   */
  OperatorService(
      StatusReplies replies,
      Supplier<RunStatus> published,
      Consumer<LeaderEvent> inbox,
      Upkeep upkeep) {
    this.replies = replies;
    this.published = published;
    this.calls = new OperatorCalls(inbox);
    this.upkeep = upkeep;
  }

  @Override
  public void getStatus(StatusRequest request, StreamObserver<StatusReply> reply) {
    RunStatus status = published.get();
    if (status.phase().equals(Phase.STANDBY.name())) {
      reply.onError(
          Status.UNAVAILABLE
              .withDescription("the coordinator does not lead yet")
              .asRuntimeException());
      return;
    }
    reply.onNext(replies.encode(status));
    reply.onCompleted();
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<StatusReply> reply) {
    watchers.add((ServerCallStreamObserver<StatusReply>) reply);
  }

  @Override
  public void saveNow(SaveRequest request, StreamObserver<SaveReply> reply) {
    calls.ask(
        new OperatorRequest.SaveNow(),
        reply,
        done ->
            SaveReply.newBuilder()
                .setStep(done.step())
                .setPrefix(done.prefix())
                .setState(done.state().name())
                .build());
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainReply> reply) {
    calls.ask(
        new OperatorRequest.Drain(request.getWorkerId()),
        reply,
        done -> DrainReply.newBuilder().setStep(done.step()).build());
  }

  @Override
  public void stop(StopRequest request, StreamObserver<StopReply> reply) {
    calls.ask(
        new OperatorRequest.Stop(),
        reply,
        done -> StopReply.newBuilder().setStep(done.step()).setPrefix(done.prefix()).build());
  }

  @Override
  public void prune(PruneRequest request, StreamObserver<PruneReply> reply) {
    upkeep.prune(new UpkeepCall<>(reply, UpkeepReplies::pruned));
  }

  @Override
  public void repair(RepairRequest request, StreamObserver<RepairReply> reply) {
    List<Prefix> wanted = new ArrayList<>();
    for (String text : request.getPrefixesList()) {
      Optional<Prefix> prefix = Prefix.parse(text);
      if (prefix.isEmpty()) {
        reply.onError(
            Status.INVALID_ARGUMENT
                .withDescription(text + ": not the name of a checkpoint")
                .asRuntimeException());
        return;
      }
      wanted.add(prefix.get());
    }
    upkeep.repair(wanted, new UpkeepCall<>(reply, UpkeepReplies::repaired));
  }

  /** The leader's answer to a request. */
  void answer(long request, OperatorAnswer answer) {
    calls.answer(request, answer);
  }

  /** Shows the present picture to those who watch. */
  void show() {
    if (!watchers.isEmpty()) {
      watchers.tell(replies.encode(published.get()));
    }
  }

  /** The leader leaves: shows the last picture, and tells those who still wait. */
  void close() {
    RunStatus last = published.get();
    watchers.end(replies.encode(last));
    calls.close("the coordinator leaves: " + last.reason());
  }
}
