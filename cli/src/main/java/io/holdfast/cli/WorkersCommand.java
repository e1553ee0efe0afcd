package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.StatusReply;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code workers}: who works on the live job. */
@Command(
    name = "workers",
    mixinStandardHelpOptions = true,
    header = "Lists the workers of the live job with placement, lag and throughput.",
    footer = {
      "",
      "STATE: PREPARING, SPARE, RESTORING, ACTIVE, DRAINING. BEHIND: steps behind the member that is furthest.",
      "HEARD: since the last sign of life. STEP MS, WAIT MS, SENT: of its last step, of that waiting for others, bytes.",
      "JSON keys: workers, a list of {id, host, pid, state, note, step, steps_behind, shards (logical data shards),",
      "owned_slices, owned_bytes, lag_millis, samples_per_second, step_millis, wait_millis, wait_share, sent_bytes};",
      "refused, the latest {id, host, reason, age_millis}.",
      "",
      "Examples:",
      "  holdfast workers --dir runs/mnist-cnn",
      "  holdfast workers --coordinator 127.0.0.1:7000 --json"
    })
final class WorkersCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private LiveJob job;

  @Option(names = "--json", description = "One JSON document instead of a table.")
  private boolean json;

  WorkersCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StatusReply status = job.status();
    if (json) {
      Json.print(terminal.out(), LiveDocuments.workers(status));
    } else {
      LivePicture.workers(status).forEach(terminal.out()::println);
    }
    return ExitCode.DONE.number();
  }
}
