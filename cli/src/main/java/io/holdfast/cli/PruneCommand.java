package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.storage.checkpoint.KeptReason;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.Pruner;
import io.holdfast.storage.checkpoint.Retention;
import io.holdfast.storage.checkpoint.RetentionPolicy;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code prune}: retention, now. */
@Command(
    name = "prune",
    mixinStandardHelpOptions = true,
    header = "Deletes the checkpoints that the job's retention does not keep.",
    description = {
      "The policy is the one of the job in the newest checkpoint. Pinned ones stay, and so do the newest verified one,",
      "what is newer than that, and for a minute what was superseded just now. A living coordinator prunes by itself",
      "after each save: then this refuses with exit code 2, and only --dry-run works."
    },
    footer = {
      "",
      "JSON keys: run, dry_run, delete, a list of {step, prefix, bytes, reason}, keep, a list of {step, prefix, bytes,",
      "kept}.",
      "",
      "Examples:",
      "  holdfast prune runs/mnist-cnn --dry-run     what would go, and why",
      "  holdfast prune runs/mnist-cnn"
    })
final class PruneCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Option(names = "--dry-run", description = "Delete nothing; say what would be deleted.")
  private boolean dryRun;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  PruneCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    StoredRun stored = StoredRun.open(run);
    RetentionPolicy policy =
        stored
            .policy()
            .orElseThrow(
                () ->
                    CommandFailedException.badInput(
                        "RUN: " + run + ": has no checkpoint whose job says what to keep"));
    if (!dryRun) {
      Vacancy.require(stored.location(), stored.directory().store());
    }
    Map<Prefix, Long> bytes =
        stored.checkpoints().stream()
            .collect(Collectors.toMap(StoredCheckpoint::prefix, StoredCheckpoint::bytes));
    Retention.Plan plan =
        dryRun
            ? stored.read(() -> Pruner.preview(stored.directory(), policy, Instant.now()))
            : stored.change(() -> prune(stored, policy));
    print(stored, plan, prefix -> bytes.getOrDefault(prefix, 0L));
    return ExitCode.DONE.number();
  }

  private static Retention.Plan prune(StoredRun stored, RetentionPolicy policy) throws IOException {
    OfflineTerm term = new OfflineTerm(stored.location(), stored.directory().store());
    return term.hold(
        (keeper, tenure) -> {
          term.require(keeper.settle(), "the run could not be put in order");
          Retention.Plan plan = keeper.pruner().plan(policy);
          term.require(keeper.pruner().apply(plan), "not all could be deleted");
          return plan;
        });
  }

  private void print(StoredRun stored, Retention.Plan plan, Function<Prefix, Long> bytes) {
    if (json) {
      Json.print(terminal.out(), document(stored.uri(), plan, bytes));
      return;
    }
    Table table = new Table("STEP", "SIZE", dryRun ? "WOULD" : "WAS", "WHY", "PREFIX");
    plan.delete()
        .forEach(
            (prefix, reason) ->
                table.row(
                    prefix.step(),
                    Text.bytes(bytes.apply(prefix)),
                    dryRun ? "go" : "deleted",
                    reason.text(),
                    prefix));
    plan.kept()
        .forEach(
            (prefix, reasons) ->
                table.row(
                    prefix.step(),
                    Text.bytes(bytes.apply(prefix)),
                    dryRun ? "stay" : "kept",
                    labels(reasons),
                    prefix));
    table.print(terminal.out());
  }

  private ObjectNode document(String uri, Retention.Plan plan, Function<Prefix, Long> bytes) {
    ObjectNode node = Json.object().put("run", uri).put("dry_run", dryRun);
    ArrayNode delete = node.putArray("delete");
    plan.delete()
        .forEach(
            (prefix, reason) ->
                item(delete, prefix, bytes.apply(prefix)).put("reason", reason.text()));
    ArrayNode keep = node.putArray("keep");
    plan.kept()
        .forEach(
            (prefix, reasons) -> {
              ArrayNode kept = item(keep, prefix, bytes.apply(prefix)).putArray("kept");
              reasons.stream().sorted().map(KeptReason::label).forEach(kept::add);
            });
    return node;
  }

  private static ObjectNode item(ArrayNode list, Prefix prefix, long bytes) {
    return list.addObject()
        .put("step", prefix.step())
        .put("prefix", prefix.toString())
        .put("bytes", bytes);
  }

  private static String labels(Set<KeptReason> reasons) {
    return reasons.stream().sorted().map(KeptReason::label).collect(Collectors.joining(","));
  }
}
