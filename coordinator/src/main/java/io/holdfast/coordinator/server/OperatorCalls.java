package io.holdfast.coordinator.server;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.Limits;
import io.holdfast.coordinator.protocol.OperatorAnswer;
import io.holdfast.coordinator.protocol.OperatorAnswer.Done;
import io.holdfast.coordinator.protocol.OperatorAnswer.Refused;
import io.holdfast.coordinator.protocol.OperatorRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Calls of operators that wait for the leader: so many at most, each answered once. One whose
 * caller has gone is told to the leader; whatever is left when the leader leaves is told so.
 */
final class OperatorCalls {
  private final Consumer<LeaderEvent> inbox;
  private final Map<Long, Consumer<OperatorAnswer>> calls = new TreeMap<>();
  private long lastNumber;
  private Optional<String> closed = Optional.empty();

  /**
   * @param inbox of the leader; may block while it is full
   */
  OperatorCalls(Consumer<LeaderEvent> inbox) {
    this.inbox = inbox;
  }

  /** Puts a request to the leader, and its answer into the reply. */
  <R> void ask(OperatorRequest what, StreamObserver<R> reply, Function<Done, R> encode) {
    Consumer<OperatorAnswer> call = answer -> reply(reply, answer, encode);
    Optional<Long> number = open(call);
    if (number.isEmpty()) {
      return;
    }
    ((ServerCallStreamObserver<R>) reply).setOnCancelHandler(() -> left(number.get()));
    inbox.accept(new LeaderEvent.OperatorAsked(number.get(), what));
  }

  /** The number of an accepted call; none for one that is answered at once. */
  private synchronized Optional<Long> open(Consumer<OperatorAnswer> call) {
    if (closed.isPresent()) {
      call.accept(new Refused(OperatorAnswer.Why.UNAVAILABLE, closed.get()));
      return Optional.empty();
    }
    // The leader holds this bound too; here it keeps the inbox from filling up.
    if (calls.size() >= Limits.MAX_OPERATOR_REQUESTS) {
      call.accept(
          new Refused(OperatorAnswer.Why.TOO_MANY, calls.size() + " requests wait already"));
      return Optional.empty();
    }
    calls.put(++lastNumber, call);
    return Optional.of(lastNumber);
  }

  private void left(long number) {
    if (take(number).isPresent()) {
      inbox.accept(new LeaderEvent.OperatorLeft(number));
    }
  }

  private synchronized Optional<Consumer<OperatorAnswer>> take(long number) {
    return Optional.ofNullable(calls.remove(number));
  }

  /** The leader's answer. */
  void answer(long number, OperatorAnswer answer) {
    take(number).ifPresent(call -> call.accept(answer));
  }

  /** The leader answers no more. */
  void close(String why) {
    List<Consumer<OperatorAnswer>> left;
    synchronized (this) {
      closed = Optional.of(why);
      left = List.copyOf(calls.values());
      calls.clear();
    }
    left.forEach(call -> call.accept(new Refused(OperatorAnswer.Why.UNAVAILABLE, why)));
  }

  private static <R> void reply(
      StreamObserver<R> reply, OperatorAnswer answer, Function<Done, R> encode) {
    if (answer instanceof Done done) {
      reply.onNext(encode.apply(done));
      reply.onCompleted();
    } else if (answer instanceof Refused refused) {
      reply.onError(status(refused.why()).withDescription(refused.reason()).asRuntimeException());
    }
  }

  /** How gRPC tells a refusal. */
  static Status status(OperatorAnswer.Why why) {
    return switch (why) {
      case UNKNOWN_NAME -> Status.INVALID_ARGUMENT;
      case NOT_POSSIBLE -> Status.FAILED_PRECONDITION;
      case FAILED -> Status.ABORTED;
      case UNAVAILABLE -> Status.UNAVAILABLE;
      case TOO_MANY -> Status.RESOURCE_EXHAUSTED;
    };
  }
}
