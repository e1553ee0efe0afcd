package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Text;
import io.holdfast.job.Job;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.SumTree;
import io.holdfast.model.Evaluation;
import io.holdfast.model.Lanes;
import io.holdfast.model.Network;
import io.holdfast.model.ShardSums;
import io.holdfast.model.VariableBuffers;
import io.holdfast.model.data.DataSources;
import io.holdfast.model.data.Dataset;
import io.holdfast.model.kernel.KernelEnvironment;
import io.holdfast.storage.checkpoint.Prefix;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evaluate}: the metrics of a checkpoint on the job's validation data. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    header =
        "Computes loss and metrics of a checkpoint on the job's validation data, with the bits that a run computes.",
    footer = {
      "",
      "JSON keys: loss and each of the job's metrics, such as accuracy; null where one is not a finite number.",
      "",
      "Examples:",
      "  holdfast evaluate examples/mnist/cnn.yaml runs/mnist-cnn best",
      "  holdfast evaluate job.yaml runs/a 900 --json"
    })
final class EvaluateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private JobOptions jobOptions;

  @Parameters(index = "1", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(
      index = "2",
      paramLabel = "STEP",
      arity = "0..1",
      defaultValue = StoredRun.LATEST,
      description = "A step number, latest (the default) or best.")
  private String step;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  EvaluateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Job job = jobOptions.read();
    StoredRun stored = StoredRun.open(run);
    Prefix prefix = stored.find(step);
    ModelPlan plan = ModelPlan.of(job);
    VariableBuffers values = VariableBuffers.allocate(plan.weights());
    StoredValues.read(stored, prefix, values);
    Map<String, Double> metrics = evaluate(job, plan, values);
    if (json) {
      ObjectNode document = Json.numbers(metrics);
      Json.print(terminal.out(), document);
    } else {
      terminal
          .out()
          .println("step " + prefix.step() + " (" + prefix + "): " + Text.metrics(metrics));
    }
    return ExitCode.DONE.number();
  }

  /** Kernels first: their settings must stand before any native code is loaded. */
  private Map<String, Double> evaluate(Job job, ModelPlan plan, VariableBuffers values)
      throws InterruptedException {
    if (KernelEnvironment.apply(job.mesh()) instanceof KernelEnvironment.Outcome.Refused refused) {
      throw bad(refused.reason());
    }
    Network network = Network.of(job, plan);
    Lanes lanes = new Lanes(network, Lanes.count(job.mesh().shards(), job.mesh().threads()));
    List<ShardSums> shards =
        new Evaluation(job, network, validation(job, plan), lanes).sums(values, () -> {});
    ShardSums sums = SumTree.sum(shards.size(), shards::get, ShardSums::plus);
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put("loss", sums.meanLoss());
    for (MetricFunction metric : job.metrics()) {
      metrics.put(metric.name().toLowerCase(Locale.ROOT), sums.mean(metric));
    }
    return metrics;
  }

  private Dataset validation(Job job, ModelPlan plan) {
    if (job.data().validation().isEmpty()) {
      throw bad("data.validation: absent (evaluate needs validation data)");
    }
    DataSources.Result opened = DataSources.open(job, plan);
    if (opened instanceof DataSources.Result.Rejected rejected) {
      throw bad(rejected.reason());
    }
    if (opened instanceof DataSources.Result.Unreadable unreadable) {
      throw CommandFailedException.unreachable(
          jobOptions.file() + ": " + unreadable.failure().getMessage());
    }
    return ((DataSources.Result.Opened) opened).validation().orElseThrow();
  }

  private CommandFailedException bad(String problem) {
    return CommandFailedException.badInput(jobOptions.file() + ": " + problem);
  }
}
