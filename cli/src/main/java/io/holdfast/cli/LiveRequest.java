package io.holdfast.cli;

import io.holdfast.proto.v1.OperatorGrpc.OperatorBlockingStub;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands share that ask a live job for something and wait until it has happened. */
final class LiveRequest {
  @Mixin private LiveJob job;

  @Mixin private AnswerTimeout timeout;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  boolean json() {
    return json;
  }

  /** Asks, and returns the answer once it has happened. */
  <R> R ask(Function<OperatorBlockingStub, R> request) {
    return job.ask(timeout.duration(), request);
  }
}
