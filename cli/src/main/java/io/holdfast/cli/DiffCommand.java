package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.checkpoint.CheckpointDiff;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.TensorDifference;
import io.holdfast.storage.checkpoint.TensorDifference.OnlyIn;
import io.holdfast.storage.checkpoint.TensorDifference.OtherType;
import io.holdfast.storage.checkpoint.TensorDifference.OtherValues;
import io.holdfast.storage.checkpoint.TensorDifference.Side;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diff}: what differs between two checkpoints, bit by bit. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    customSynopsis = "holdfast diff [-hV] [--json] RUN STEP [RUN2] STEP2",
    header =
        "Compares two checkpoints bit by bit: a line for each variable that differs, with the largest differences.",
    description = {
      "Compares the variables of model and optimizer, those that the digest is over, whatever their shard files and",
      "slices; every checksum is checked on the way. Exits with 0 if all bits are equal, with 1 if any differ.",
      "ABS is the largest |a - b|, REL the largest |a - b| / max(|a|, |b|), both of elements where it is a finite number;",
      "elements where it is not (NaN against a number) are counted. NaN of the same bits is equal to itself."
    },
    footer = {
      "",
      "JSON keys: run, step, prefix, run2, step2, prefix2, equal, variables (number compared), differences, a list of",
      "{key, kind, dtype, shape} with kind one of only_in_first, only_in_second, type (then also dtype2, shape2), values",
      "(then also elements, differing, max_abs, max_rel, not_finite).",
      "",
      "Examples:",
      "  holdfast diff runs/a 900 1000             two steps of a run",
      "  holdfast diff runs/a 900 runs/b 900       the same step of two runs",
      "  holdfast diff runs/a latest runs/b latest --json"
    })
final class DiffCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      arity = "0..*",
      paramLabel = "RUN STEP [RUN2] STEP2",
      hideParamSyntax = true,
      description = {
        "Run directories (RUN2 is RUN if it is left out), and steps: a step number, latest or best."
      })
  private List<String> checkpoints;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  DiffCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Which checkpoint of which run. */
  private record Chosen(StoredRun run, Prefix prefix) {}

  @Override
  public Integer call() {
    if (checkpoints == null || checkpoints.size() < 3 || checkpoints.size() > 4) {
      throw CommandFailedException.badInput(
          "diff: "
              + (checkpoints == null ? "nothing" : String.join(" ", checkpoints))
              + ": not two checkpoints (allowed: RUN STEP STEP2 or RUN STEP RUN2 STEP2)");
    }
    StoredRun run = StoredRun.open(checkpoints.get(0));
    boolean two = checkpoints.size() == 4;
    StoredRun run2 = two ? StoredRun.open(checkpoints.get(2)) : run;
    Chosen first = new Chosen(run, run.find(checkpoints.get(1)));
    Chosen second = new Chosen(run2, run2.find(checkpoints.get(two ? 3 : 2)));
    CheckpointDiff.Compared result = compare(first, second);
    if (json) {
      Json.print(terminal.out(), document(first, second, result));
    } else {
      print(first, second, result);
    }
    return (result.differences().isEmpty() ? ExitCode.DONE : ExitCode.DIFFERENT).number();
  }

  private static CheckpointDiff.Compared compare(Chosen first, Chosen second) {
    CheckpointDiff.Result result =
        first.run.read(
            first.prefix, a -> second.run.read(second.prefix, b -> CheckpointDiff.of(a, b)));
    if (result instanceof CheckpointDiff.Damaged damaged) {
      Chosen chosen = damaged.side() == Side.FIRST ? first : second;
      throw chosen.run.damaged(chosen.prefix, damaged.damage());
    }
    return (CheckpointDiff.Compared) result;
  }

  private static ObjectNode document(Chosen first, Chosen second, CheckpointDiff.Compared result) {
    ObjectNode node = Json.object().put("run", first.run.uri()).put("step", first.prefix.step());
    node.put("prefix", first.prefix.toString()).put("run2", second.run.uri());
    node.put("step2", second.prefix.step()).put("prefix2", second.prefix.toString());
    node.put("equal", result.differences().isEmpty()).put("variables", result.variables());
    ArrayNode differences = node.putArray("differences");
    result.differences().forEach(difference -> differences.add(item(difference)));
    return node;
  }

  private static ObjectNode item(TensorDifference difference) {
    ObjectNode node = Json.object().put("key", difference.name());
    if (difference instanceof OnlyIn only) {
      node.put("kind", only.side() == Side.FIRST ? "only_in_first" : "only_in_second");
      node.put("dtype", only.dtype().pythonName());
      putShape(node, "shape", only.shape());
    } else if (difference instanceof OtherType type) {
      node.put("kind", "type").put("dtype", type.dtype().pythonName());
      putShape(node, "shape", type.shape());
      node.put("dtype2", type.secondDtype().pythonName());
      putShape(node, "shape2", type.secondShape());
    } else if (difference instanceof OtherValues values) {
      node.put("kind", "values").put("dtype", values.dtype().pythonName());
      putShape(node, "shape", values.shape());
      node.put("elements", values.elements()).put("differing", values.differing());
      node.put("max_abs", values.maxAbs()).put("max_rel", values.maxRel());
      node.put("not_finite", values.notFinite());
    }
    return node;
  }

  private static void putShape(ObjectNode node, String key, TensorShape shape) {
    shape.dims().forEach(node.putArray(key)::add);
  }

  private void print(Chosen first, Chosen second, CheckpointDiff.Compared result) {
    String between = first.prefix + " and " + second.prefix;
    if (result.differences().isEmpty()) {
      terminal.out().println("Equal: all " + result.variables() + " variables of " + between + ".");
      return;
    }
    Table table = new Table("VARIABLE", "DTYPE", "SHAPE", "ABS", "REL", "DIFFERENCE");
    result.differences().forEach(difference -> row(table, difference));
    table.print(terminal.out());
    terminal
        .out()
        .println(
            result.differences().size()
                + " of "
                + result.variables()
                + " variables differ between "
                + between
                + ".");
  }

  private static void row(Table table, TensorDifference difference) {
    if (difference instanceof OnlyIn only) {
      String side = only.side() == Side.FIRST ? "first" : "second";
      table.row(
          only.name(), only.dtype().pythonName(), only.shape(), "-", "-", "only in the " + side);
    } else if (difference instanceof OtherType type) {
      String other = type.secondDtype().pythonName() + " " + type.secondShape();
      table.row(
          type.name(), type.dtype().pythonName(), type.shape(), "-", "-", "second is " + other);
    } else if (difference instanceof OtherValues values) {
      table.row(
          values.name(),
          values.dtype().pythonName(),
          values.shape(),
          Text.number(values.maxAbs()),
          Text.number(values.maxRel()),
          counts(values));
    }
  }

  private static String counts(OtherValues values) {
    String counts = values.differing() + " of " + values.elements() + " elements";
    return values.notFinite() == 0
        ? counts
        : counts + ", " + values.notFinite() + " by no finite number";
  }
}
