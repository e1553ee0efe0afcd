package io.holdfast.cli;

import io.holdfast.proto.v1.OperatorGrpc.OperatorBlockingStub;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands share that ask a live job for something and wait until it has happened. */
final class LiveRequest {
  private static final int MOST_SECONDS = 24 * 3600;

  @Mixin private LiveJob job;

  @Option(
      names = "--timeout",
      paramLabel = "SECS",
      defaultValue = "120",
      description = "How long to wait for it; then exit code 4 (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  boolean json() {
    return json;
  }

  /** Asks, and returns the answer once it has happened. */
  <R> R ask(Function<OperatorBlockingStub, R> request) {
    if (timeout < 1 || timeout > MOST_SECONDS) {
      throw CommandFailedException.badInput(
          "--timeout: " + timeout + " (allowed: 1 to " + MOST_SECONDS + " seconds)");
    }
    return job.ask(Duration.ofSeconds(timeout), request);
  }
}
