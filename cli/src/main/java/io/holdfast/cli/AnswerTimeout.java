package io.holdfast.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command waits for what it has asked of a coordinator. */
final class AnswerTimeout {
  private static final int MOST_SECONDS = 24 * 3600;

  @Option(
      names = "--timeout",
      paramLabel = "SECS",
      defaultValue = "120",
      description =
          "How long to wait for what the coordinator is asked; then exit code 4 (default: ${DEFAULT-VALUE}).")
  private int seconds;

  /** The time; bad input if it is none that makes sense. */
  Duration duration() {
    if (seconds < 1 || seconds > MOST_SECONDS) {
      throw CommandFailedException.badInput(
          "--timeout: " + seconds + " (allowed: 1 to " + MOST_SECONDS + " seconds)");
    }
    return Duration.ofSeconds(seconds);
  }
}
