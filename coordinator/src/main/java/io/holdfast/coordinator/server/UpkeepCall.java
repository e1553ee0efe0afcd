package io.holdfast.coordinator.server;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.holdfast.coordinator.protocol.OperatorAnswer.Refused;
import java.util.function.Function;

/** A call of an operator that waits for upkeep. */
final class UpkeepCall<T, R> implements Upkeep.Asker<T> {
  private final ServerCallStreamObserver<R> reply;
  private final Function<T, R> encode;

  UpkeepCall(StreamObserver<R> reply, Function<T, R> encode) {
    this.reply = (ServerCallStreamObserver<R>) reply;
    this.encode = encode;
    // With a handler set, an answer to a caller who has gone is dropped and is no failure.
    this.reply.setOnCancelHandler(() -> {});
  }

  @Override
  public boolean hasLeft() {
    return reply.isCancelled();
  }

  @Override
  public void done(T answer) {
    reply.onNext(encode.apply(answer));
    reply.onCompleted();
  }

  @Override
  public void refused(Refused why) {
    reply.onError(
        OperatorCalls.status(why.why()).withDescription(why.reason()).asRuntimeException());
  }
}
