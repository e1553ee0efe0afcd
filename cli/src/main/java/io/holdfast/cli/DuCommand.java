package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.storage.Stores;
import io.holdfast.storage.checkpoint.RunUse;
import io.holdfast.storage.store.FileUse;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code du}: who takes how many bytes of a run directory. */
@Command(
    name = "du",
    mixinStandardHelpOptions = true,
    header = "Tells who takes how many bytes of a run directory.",
    description = {
      "Bytes that files share by hard links are counted once, for the oldest checkpoint that has them; SHARED is what a",
      "checkpoint has of older ones. Elsewhere every file has bytes of its own; on HDFS they are counted without replicas."
    },
    footer = {
      "",
      "JSON keys: run, bytes (of all files), checkpoints, a list of {step, prefix, bytes, index, data, parity, shared},",
      "unfinished, a list of {prefix, bytes} (shard files without an index), holdfast (bytes of each part of .holdfast, by",
      "name), events, state (the file checkpoint), unaccounted, a list of {file, bytes} (not this program's).",
      "",
      "Examples:",
      "  holdfast du runs/mnist-cnn",
      "  holdfast du runs/mnist-cnn --json"
    })
final class DuCommand implements Callable<Integer> {
  private static final int MOST_FILES_SHOWN = 20;

  private final Terminal terminal;

  @Parameters(paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Option(names = "--json", description = "One JSON document instead of a table.")
  private boolean json;

  DuCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StoredRun stored = StoredRun.open(run);
    URI location = stored.directory().store().location();
    RunUse use = stored.read(() -> RunUse.of(Stores.filesBelow(location)));
    if (json) {
      Json.print(terminal.out(), document(stored.uri(), use));
    } else {
      table(use).print(terminal.out());
    }
    return ExitCode.DONE.number();
  }

  private static ObjectNode document(String uri, RunUse use) {
    ObjectNode node = Json.object().put("run", uri).put("bytes", use.bytes());
    ArrayNode checkpoints = node.putArray("checkpoints");
    for (RunUse.CheckpointUse checkpoint : use.checkpoints()) {
      ObjectNode item = checkpoints.addObject().put("step", checkpoint.prefix().step());
      item.put("prefix", checkpoint.prefix().toString()).put("bytes", checkpoint.bytes());
      item.put("index", checkpoint.index()).put("data", checkpoint.data());
      item.put("parity", checkpoint.parity()).put("shared", checkpoint.shared());
    }
    ArrayNode unfinished = node.putArray("unfinished");
    use.unfinished()
        .forEach(
            (prefix, bytes) ->
                unfinished.addObject().put("prefix", prefix.toString()).put("bytes", bytes));
    ObjectNode parts = node.putObject("holdfast");
    use.holdfast().forEach(parts::put);
    node.put("events", use.events()).put("state", use.state());
    ArrayNode unaccounted = node.putArray("unaccounted");
    use.unaccounted()
        .forEach(
            file -> unaccounted.addObject().put("file", file.name()).put("bytes", file.bytes()));
    return node;
  }

  private static Table table(RunUse use) {
    Table table = new Table("WHAT", "SIZE", "DATA", "INDEX", "PARITY", "SHARED");
    for (RunUse.CheckpointUse checkpoint : use.checkpoints()) {
      table.row(
          checkpoint.prefix(),
          Text.bytes(checkpoint.bytes()),
          Text.bytes(checkpoint.data()),
          Text.bytes(checkpoint.index()),
          Text.bytes(checkpoint.parity()),
          Text.bytes(checkpoint.shared()));
    }
    use.unfinished().forEach((prefix, bytes) -> row(table, prefix + " (unfinished)", bytes));
    use.holdfast().forEach((part, bytes) -> row(table, ".holdfast/" + part, bytes));
    row(table, "events.out.tfevents.*", use.events());
    row(table, "checkpoint", use.state());
    use.unaccounted().stream()
        .limit(MOST_FILES_SHOWN)
        .forEach(file -> row(table, file.name() + " (not this run's)", file.bytes()));
    int hidden = Math.max(0, use.unaccounted().size() - MOST_FILES_SHOWN);
    if (hidden > 0) {
      long bytes =
          use.unaccounted().stream().skip(MOST_FILES_SHOWN).mapToLong(FileUse::bytes).sum();
      row(table, hidden + " more files (not this run's)", bytes);
    }
    row(table, "all", use.bytes());
    return table;
  }

  private static void row(Table table, String what, long bytes) {
    table.row(what, Text.bytes(bytes), "", "", "", "");
  }
}
