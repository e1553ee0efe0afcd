package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Text;
import io.holdfast.proto.v1.SaveStatus;
import io.holdfast.proto.v1.StatusReply;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code status}: how the live job is. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    header = "Shows the live job: phase and its reason, step, loss, samples/s, the save in flight.",
    footer = {
      "",
      "JSON keys: run, name, version, term, round, phase, reason, step, total_steps, epoch, epochs, metrics,",
      "samples_per_second, newest_saved_step (null before the first), save (null or {step, prefix, state}),",
      "workers (how many).",
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
      Json.print(terminal.out(), document(status));
    } else {
      print(terminal.out(), status);
    }
    return ExitCode.DONE.number();
  }

  private static ObjectNode document(StatusReply status) {
    ObjectNode node = Json.object();
    node.put("run", status.getRun())
        .put("name", status.getName())
        .put("version", status.getVersion());
    node.put("term", status.getTerm()).put("round", status.getRound());
    node.put("phase", status.getPhase()).put("reason", status.getReason());
    node.put("step", status.getStep()).put("total_steps", status.getTotalSteps());
    node.put("epoch", status.getEpoch()).put("epochs", status.getEpochs());
    node.set("metrics", Json.numbers(status.getMetricsMap()));
    Json.number(node, "samples_per_second", status.getSamplesPerSecond());
    if (status.getNewestSavedStep() < 0) {
      node.putNull("newest_saved_step");
    } else {
      node.put("newest_saved_step", status.getNewestSavedStep());
    }
    if (status.hasSave()) {
      SaveStatus save = status.getSave();
      node.putObject("save")
          .put("step", save.getStep())
          .put("prefix", save.getPrefix())
          .put("state", save.getState());
    } else {
      node.putNull("save");
    }
    return node.put("workers", status.getWorkersCount());
  }

  private static void print(PrintStream out, StatusReply status) {
    out.println("run      " + status.getRun() + " (" + status.getName() + ")");
    out.println("phase    " + status.getPhase() + ": " + status.getReason());
    out.println(
        "step     "
            + status.getStep()
            + " of "
            + status.getTotalSteps()
            + ", epoch "
            + status.getEpoch());
    out.println("metrics  " + Text.metrics(status.getMetricsMap()));
    out.printf(
        Locale.ROOT,
        "speed    %.0f samples/s on %d workers%n",
        status.getSamplesPerSecond(),
        status.getWorkersCount());
    out.println(
        "saved    "
            + (status.getNewestSavedStep() < 0
                ? "nothing yet"
                : "step " + status.getNewestSavedStep()));
    if (status.hasSave()) {
      SaveStatus save = status.getSave();
      out.println(
          "saving   step "
              + save.getStep()
              + ": "
              + save.getState()
              + " ("
              + save.getPrefix()
              + ")");
    }
  }
}
