package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.storage.checkpoint.AttemptEvent;
import io.holdfast.storage.checkpoint.KeptReason;
import io.holdfast.storage.checkpoint.StepHistory;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steps}: every step that has, or had, a checkpoint. */
@Command(
    name = "steps",
    mixinStandardHelpOptions = true,
    header =
        "Lists every step that has, or had, a checkpoint: state, time, size, shards, metrics, why it is kept.",
    footer = {
      "",
      "States: REQUESTED, SNAPSHOT, WRITTEN (on their way); COMMITTED, VERIFIED (saved); ABANDONED (given up),",
      "QUARANTINED (found damaged and moved away), DELETED (by retention).",
      "",
      "JSON keys: run, latest (null if nothing is saved), steps, a list of {step, state, prefix, time, bytes, shards,",
      "parity (whether there is a parity file), metrics, kept, attempts: a list of {prefix, state, time, reason}}, ascending.",
      "",
      "Examples:",
      "  holdfast steps runs/mnist-cnn",
      "  holdfast steps runs/mnist-cnn --json"
    })
final class StepsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Option(names = "--json", description = "One JSON document instead of a table.")
  private boolean json;

  StepsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StoredRun stored = StoredRun.open(run);
    List<StepHistory> steps = stored.history();
    if (json) {
      Json.print(terminal.out(), document(stored.uri(), steps));
    } else if (steps.isEmpty()) {
      terminal.out().println("No step has been saved.");
    } else {
      table(steps).print(terminal.out());
    }
    return ExitCode.DONE.number();
  }

  private static ObjectNode document(String uri, List<StepHistory> steps) {
    ObjectNode node = Json.object().put("run", uri);
    OptionalLong latest =
        steps.stream().filter(step -> step.state().isSaved()).mapToLong(StepHistory::step).max();
    if (latest.isPresent()) {
      node.put("latest", latest.getAsLong());
    } else {
      node.putNull("latest");
    }
    ArrayNode list = node.putArray("steps");
    steps.forEach(step -> list.add(item(step)));
    return node;
  }

  private static ObjectNode item(StepHistory step) {
    ObjectNode node = Json.object().put("step", step.step()).put("state", step.state().name());
    node.put("prefix", step.prefix().toString()).put("time", step.time().toString());
    node.put("bytes", step.bytes()).put("shards", step.shards()).put("parity", step.parity());
    node.set("metrics", Json.numbers(step.metrics()));
    ArrayNode kept = node.putArray("kept");
    step.kept().stream().sorted().map(KeptReason::label).forEach(kept::add);
    ArrayNode attempts = node.putArray("attempts");
    for (AttemptEvent attempt : step.attempts()) {
      attempts
          .addObject()
          .put("prefix", attempt.prefix().toString())
          .put("state", attempt.state().name())
          .put("time", attempt.time().toString())
          .put("reason", attempt.reason());
    }
    return node;
  }

  private static Table table(List<StepHistory> steps) {
    Table table = new Table("STEP", "STATE", "TIME", "SIZE", "SHARDS", "KEPT", "METRICS", "PREFIX");
    for (StepHistory step : steps) {
      table.row(
          step.step(),
          step.state(),
          Text.time(step.time()),
          step.state().isSaved() ? Text.bytes(step.bytes()) : "-",
          step.state().isSaved() ? step.shards() + (step.parity() ? "+1" : "") : "-",
          step.kept().stream().sorted().map(KeptReason::label).collect(Collectors.joining(",")),
          Text.metrics(step.metrics()),
          step.prefix());
    }
    return table;
  }
}
