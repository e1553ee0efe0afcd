package io.holdfast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.StoredSlice;
import io.holdfast.storage.checkpoint.CheckpointDigest;
import io.holdfast.storage.checkpoint.CheckpointKeys;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.StepHistory;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code show}: one checkpoint, with what is in it. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    header =
        "Shows one checkpoint: variables with dtype, shape, slices, shard and checksum; job, data position, digest.",
    description =
        "The digest is SHA-256 over the model's and optimizer's variables: equal digests have equal bits.",
    footer = {
      "",
      "JSON keys: run, step, prefix, state, time, bytes, shards, files (a list of {name, bytes}), digest, metrics, run_id,",
      "run_started, epoch (passes completed), batch (of the running pass), best (null or {monitor, value, step}), mesh, job,",
      "variables, a list of {key, dtype, shape, bytes, slices: a list of {slice, shard, offset, bytes, crc32c (masked)}}.",
      "",
      "Examples:",
      "  holdfast show runs/mnist-cnn              the newest",
      "  holdfast show runs/mnist-cnn best",
      "  holdfast show runs/mnist-cnn 900 --json"
    })
final class ShowCommand implements Callable<Integer> {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(
      index = "1",
      paramLabel = "STEP",
      arity = "0..1",
      defaultValue = StoredRun.LATEST,
      description = "A step number, latest (the default) or best.")
  private String step;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  ShowCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StoredRun stored = StoredRun.open(run);
    Shown shown = stored.read(() -> load(stored, stored.find(step)));
    if (json) {
      Json.print(terminal.out(), document(stored, shown));
    } else {
      print(terminal.out(), stored, shown);
    }
    return ExitCode.DONE.number();
  }

  /** All that is shown of one checkpoint. */
  private record Shown(
      StoredCheckpoint files,
      String state,
      List<BundleEntry> entries,
      CheckpointMetadata metadata,
      String digest) {
    Prefix prefix() {
      return files.prefix();
    }
  }

  private static Shown load(StoredRun stored, Prefix prefix)
      throws IOException, DamagedCheckpointException {
    Optional<StoredCheckpoint> files = stored.directory().list().find(prefix);
    if (files.isEmpty()) {
      throw CommandFailedException.unreachable(prefix + ": went while it was read");
    }
    try (BundleReader reader = stored.directory().open(prefix)) {
      return new Shown(
          files.get(),
          state(stored, prefix),
          List.copyOf(reader.index().entries().values()),
          CheckpointMetadata.read(reader),
          CheckpointDigest.of(reader));
    }
  }

  private static String state(StoredRun stored, Prefix prefix) {
    return stored.history().stream()
        .filter(history -> history.prefix().equals(prefix))
        .map(StepHistory::state)
        .map(Enum::name)
        .findFirst()
        .orElse("COMMITTED");
  }

  private static List<BundleEntry> variables(Shown shown) {
    return shown.entries().stream()
        .filter(entry -> CheckpointKeys.isVariable(entry.name()))
        .toList();
  }

  private static ObjectNode document(StoredRun stored, Shown shown) {
    CheckpointMetadata metadata = shown.metadata();
    ObjectNode node = Json.object().put("run", stored.uri());
    node.put("step", shown.prefix().step())
        .put("prefix", shown.prefix().toString())
        .put("state", shown.state());
    node.put("time", shown.files().time().toString()).put("bytes", shown.files().bytes());
    node.put("shards", shown.files().shardFiles().size());
    ArrayNode files = node.putArray("files");
    files
        .addObject()
        .put("name", shown.files().index().name())
        .put("bytes", shown.files().index().length());
    shown
        .files()
        .shardFiles()
        .forEach(file -> files.addObject().put("name", file.name()).put("bytes", file.length()));
    node.put("digest", shown.digest());
    node.set("metrics", Json.numbers(metadata.metrics()));
    node.put("run_id", metadata.runId()).put("run_started", metadata.runStarted().toString());
    node.put("epoch", metadata.dataPosition().epoch())
        .put("batch", metadata.dataPosition().batch());
    putBest(node, metadata);
    JsonNode job = job(metadata);
    node.set("mesh", job.path("mesh").isMissingNode() ? Json.object() : job.get("mesh"));
    node.set("job", job);
    ArrayNode variables = node.putArray("variables");
    variables(shown).forEach(entry -> variables.add(variable(entry)));
    return node;
  }

  private static void putBest(ObjectNode node, CheckpointMetadata metadata) {
    if (metadata.bestMetric().isEmpty()) {
      node.putNull("best");
      return;
    }
    var best = metadata.bestMetric().get();
    ObjectNode item = node.putObject("best").put("monitor", best.monitor());
    Json.number(item, "value", best.value());
    item.put("step", best.step());
  }

  private static JsonNode job(CheckpointMetadata metadata) {
    try {
      return MAPPER.readTree(metadata.job());
    } catch (JsonProcessingException e) {
      throw CommandFailedException.damaged(
          metadata.prefix() + ": its job is not JSON: " + e.getOriginalMessage());
    }
  }

  private static ObjectNode variable(BundleEntry entry) {
    ObjectNode node =
        Json.object().put("key", entry.name()).put("dtype", entry.dtype().pythonName());
    entry.shape().dims().forEach(node.putArray("shape")::add);
    node.put("bytes", entry.size());
    ArrayNode slices = node.putArray("slices");
    for (StoredSlice piece : entry.pieces()) {
      slices
          .addObject()
          .put("slice", piece.slice().toString())
          .put("shard", piece.shard())
          .put("offset", piece.offset())
          .put("bytes", piece.size())
          .put("crc32c", crc(piece));
    }
    return node;
  }

  private static String crc(StoredSlice piece) {
    return String.format("%08x", piece.maskedCrc());
  }

  private static void print(PrintStream out, StoredRun stored, Shown shown) {
    CheckpointMetadata metadata = shown.metadata();
    out.println("run        " + stored.uri());
    out.println(
        "step       " + shown.prefix().step() + " (" + shown.prefix() + "), " + shown.state());
    out.println("time       " + Text.time(shown.files().time()));
    out.println(
        "size       "
            + Text.bytes(shown.files().bytes())
            + " in "
            + shown.files().shardFiles().size()
            + " shard files");
    out.println("digest     " + shown.digest());
    out.println("metrics    " + Text.metrics(metadata.metrics()));
    metadata
        .bestMetric()
        .ifPresent(
            best ->
                out.println(
                    "best       "
                        + best.monitor()
                        + " "
                        + Text.number(best.value())
                        + " at step "
                        + best.step()));
    out.println(
        "data       "
            + metadata.dataPosition().epoch()
            + " epochs and "
            + metadata.dataPosition().batch()
            + " batches done");
    JsonNode job = job(metadata);
    out.println("job        " + job.path("name").asText("?") + ", mesh " + job.path("mesh"));
    out.println();
    Table table = new Table("VARIABLE", "DTYPE", "SHAPE", "SIZE", "SLICES", "SHARD", "CRC32C");
    for (BundleEntry entry : variables(shown)) {
      table.row(
          entry.name(),
          entry.dtype().pythonName(),
          entry.shape(),
          Text.bytes(entry.size()),
          entry.pieces().size(),
          joined(entry, piece -> String.valueOf(piece.shard())),
          joined(entry, ShowCommand::crc));
    }
    table.print(out);
  }

  private static final int MOST_SLICES_SHOWN = 3;

  private static String joined(
      BundleEntry entry, java.util.function.Function<StoredSlice, String> part) {
    String shown =
        entry.pieces().stream()
            .limit(MOST_SLICES_SHOWN)
            .map(part)
            .distinct()
            .collect(Collectors.joining(","));
    return entry.pieces().size() > MOST_SLICES_SHOWN ? shown + ",..." : shown;
  }
}
