package io.holdfast.cli;

import io.holdfast.cli.output.Json;
import io.holdfast.proto.v1.StatusReply;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code status}: how the live job is. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    header =
        "Shows the live job: phase and its reason, step, loss, samples/s, members, the save in flight.",
    footer = {
      "",
      "JSON keys: run, name, version, term, round, phase, reason, step, total_steps, epoch, epochs, metrics,",
      "samples_per_second, newest_saved_step (null before the first), save (null or {step, prefix, state, kind,",
      "age_millis, files_written, files}), workers (how many), min_workers, shards,",
      "member_change {reason, age_millis}.",
      "",
      "Examples:",
      "  holdfast status --dir runs/mnist-cnn",
      "  holdfast status --coordinator 127.0.0.1:7000 --json"
    })
final class StatusCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private LiveJob job;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  StatusCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StatusReply status = job.status();
    if (json) {
      Json.print(terminal.out(), LiveDocuments.status(status));
    } else {
      LivePicture.job(status).forEach(terminal.out()::println);
    }
    return ExitCode.DONE.number();
  }
}
