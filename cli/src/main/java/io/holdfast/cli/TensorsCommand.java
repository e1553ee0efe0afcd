package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.job.file.NearestNames;
import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.checkpoint.CheckpointKeys;
import io.holdfast.storage.checkpoint.Prefix;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tensors}: what tensors a checkpoint has, or what one of them holds. */
@Command(
    name = "tensors",
    mixinStandardHelpOptions = true,
    header =
        "Lists the tensors of a checkpoint, or shows the values and statistics of one, checksums checked.",
    description = {
      "NAME is a tensor's key; its ending /.ATTRIBUTES/VARIABLE_VALUE may be left out, and so may STEP before it.",
      "People see a tensor of more than 1000 elements by 3 at both ends of each axis, as in NumPy. Statistics are of the",
      "finite elements, in float64; std is over n; of complex numbers the absolute values are taken."
    },
    footer = {
      "",
      "JSON keys of the list: run, step, prefix, tensors, a list of {key, dtype, shape, bytes, variable (whether it is of",
      "the model or its optimizer)}.",
      "JSON keys of one: run, step, prefix, key, dtype, shape, bytes, elements, statistics ({min, max, mean, std, zeros,",
      "nan, inf}; null for strings), complete, values: nested lists, all of them up to 1048576 elements, else complete is",
      "false and values null. What is not finite is \"NaN\", \"Infinity\", \"-Infinity\"; complex numbers are pairs; strings",
      "that are not UTF-8 are {base64}.",
      "",
      "Examples:",
      "  holdfast tensors runs/mnist-cnn",
      "  holdfast tensors runs/mnist-cnn best optimizer/_trainable_variables/0",
      "  holdfast tensors runs/mnist-cnn optimizer/_iterations --json"
    })
final class TensorsCommand implements Callable<Integer> {
  private static final String SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE";
  private static final int MOST_SUGGESTIONS = 3;

  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(
      index = "1",
      paramLabel = "STEP",
      arity = "0..1",
      description = "A step number, latest (the default) or best.")
  private String step;

  @Parameters(
      index = "2",
      paramLabel = "NAME",
      arity = "0..1",
      description = "The tensor whose values are shown; without it all are listed.")
  private String name;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  TensorsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (name == null && step != null && !isStep(step)) {
      name = step;
      step = null;
    }
    StoredRun stored = StoredRun.open(run);
    Prefix prefix = stored.find(step == null ? StoredRun.LATEST : step);
    if (name == null) {
      list(stored, prefix);
    } else {
      showOne(stored, prefix);
    }
    return ExitCode.DONE.number();
  }

  private static boolean isStep(String text) {
    return text.equals(StoredRun.LATEST)
        || text.equals(StoredRun.BEST)
        || text.chars().allMatch(Character::isDigit);
  }

  private void list(StoredRun stored, Prefix prefix) {
    List<BundleEntry> entries =
        stored.read(prefix, reader -> List.copyOf(reader.index().entries().values()));
    if (json) {
      Json.print(terminal.out(), document(stored, prefix, entries));
      return;
    }
    Table table = new Table("TENSOR", "DTYPE", "SHAPE", "SIZE");
    entries.forEach(
        entry ->
            table.row(
                entry.name(), entry.dtype().pythonName(), entry.shape(), Text.bytes(entry.size())));
    table.print(terminal.out());
  }

  private static ObjectNode document(StoredRun stored, Prefix prefix, List<BundleEntry> entries) {
    ObjectNode node = head(stored, prefix);
    ArrayNode tensors = node.putArray("tensors");
    for (BundleEntry entry : entries) {
      ObjectNode item = put(tensors.addObject(), entry);
      item.put("variable", CheckpointKeys.isVariable(entry.name()));
    }
    return node;
  }

  private static ObjectNode head(StoredRun stored, Prefix prefix) {
    return Json.object()
        .put("run", stored.uri())
        .put("step", prefix.step())
        .put("prefix", prefix.toString());
  }

  private static ObjectNode put(ObjectNode node, BundleEntry entry) {
    node.put("key", entry.name()).put("dtype", entry.dtype().pythonName());
    entry.shape().dims().forEach(node.putArray("shape")::add);
    return node.put("bytes", entry.size());
  }

  private void showOne(StoredRun stored, Prefix prefix) {
    TensorView view = stored.read(prefix, reader -> view(reader, prefix));
    if (json) {
      ObjectNode node = put(head(stored, prefix), view.entry());
      view.putInto(node);
      Json.print(terminal.out(), node);
      return;
    }
    PrintStream out = terminal.out();
    out.println("tensor     " + view.entry().name());
    out.println("of         " + prefix + " of " + stored.uri());
    out.println(
        "dtype      " + view.entry().dtype().pythonName() + ", shape " + view.entry().shape());
    out.println("size       " + Text.bytes(view.entry().size()));
    view.statistics()
        .ifPresent(statistics -> out.println("statistics " + TensorView.text(statistics)));
    view.values().ifPresent(values -> out.println(TensorText.draw(values, terminal.columns())));
  }

  private TensorView view(BundleReader reader, Prefix prefix)
      throws java.io.IOException, io.holdfast.storage.bundle.DamagedCheckpointException {
    BundleEntry entry =
        Stream.of(name, name + SUFFIX)
            .flatMap(key -> reader.index().entry(key).stream())
            .findFirst()
            .orElseThrow(() -> noSuchTensor(reader.index().entries().keySet(), prefix));
    return json ? TensorView.forPrograms(reader, entry) : TensorView.forPeople(reader, entry);
  }

  private CommandFailedException noSuchTensor(Set<String> keys, Prefix prefix) {
    List<String> names =
        keys.stream()
            .map(
                key ->
                    key.endsWith(SUFFIX) ? key.substring(0, key.length() - SUFFIX.length()) : key)
            .toList();
    List<String> containing = names.stream().filter(key -> key.contains(name)).toList();
    List<String> nearest =
        containing.isEmpty()
            ? NearestNames.of(name, names, MOST_SUGGESTIONS)
            : containing.subList(0, Math.min(MOST_SUGGESTIONS, containing.size()));
    return CommandFailedException.badInput(
        "NAME: "
            + name
            + ": "
            + prefix
            + " has no such tensor ("
            + (nearest.isEmpty()
                ? "allowed: what `tensors RUN STEP` lists"
                : "nearest: " + String.join(", ", nearest))
            + ")");
  }
}
