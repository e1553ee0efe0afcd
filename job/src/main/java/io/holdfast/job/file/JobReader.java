package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.Job;
import io.holdfast.job.JobLimits;
import io.holdfast.job.LossFunction;
import io.holdfast.job.MeshSpec;
import io.holdfast.job.MetricFunction;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Turns a tree into a {@link Job}: key by key, with Keras's defaults, then as a whole. */
final class JobReader {
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "seed",
          "model",
          "loss",
          "optimizer",
          "metrics",
          "data",
          "epochs",
          "steps",
          "mesh",
          "checkpoint",
          "cluster");
  private static final int DEFAULT_SHARDS = 4;

  private final Source source;
  private final Section root;

  private JobReader(Source source, Section root) {
    this.source = source;
    this.root = root;
  }

  /**
   * @param directory what relative paths of data are relative to
   * @param defaultName the job's name where the tree has none
   */
  static Job read(Source source, JsonNode tree, URI directory, String defaultName)
      throws JobException {
    JobReader reader = new JobReader(source, Section.of(source, "", tree, KEYS));
    Job job = reader.job(directory, defaultName);
    JobFit.check(source, job);
    return job;
  }

  private Job job(URI directory, String defaultName) throws JobException {
    LossFunction loss = loss();
    List<MetricFunction> metrics = metrics();
    OptionalLong epochs = root.integer("epochs", 1, JobLimits.MAX_EPOCHS);
    OptionalLong steps = root.integer("steps", 1, JobLimits.MAX_STEPS);
    if (epochs.isEmpty() && steps.isEmpty()) {
      throw root.error("epochs", "missing; epochs, steps or both are needed");
    }
    MeshSpec mesh = mesh();
    return new Job(
        Names.jobName(root, defaultName),
        root.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(0),
        ModelReader.read(source, root.require("model", "a model with input and layers")),
        loss,
        OptimizerReader.read(root),
        metrics,
        DataReader.read(source, root.require("data", "a map with train"), directory),
        epochs.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) epochs.getAsLong()),
        steps,
        mesh,
        CheckpointReader.read(root),
        ClusterReader.read(root, mesh.shards()));
  }

  private LossFunction loss() throws JobException {
    root.require("loss", "one of " + String.join(", ", Values.names(LossFunction.class)));
    return root.choice("loss", LossFunction.class).orElseThrow();
  }

  private List<MetricFunction> metrics() throws JobException {
    List<MetricFunction> metrics = new ArrayList<>();
    JsonNode list = root.find("metrics").orElse(null);
    if (list == null) {
      return metrics;
    }
    if (!list.isArray()) {
      throw root.error("metrics", Values.wrong(list, "a list such as [accuracy]"));
    }
    for (int i = 0; i < list.size(); i++) {
      String at = Keys.item("metrics", i);
      MetricFunction metric = Values.choice(source, at, list.get(i), MetricFunction.class);
      if (metrics.contains(metric)) {
        throw source.error(at, Values.shown(list.get(i)) + " stands twice");
      }
      metrics.add(metric);
    }
    return metrics;
  }

  private MeshSpec mesh() throws JobException {
    Section mesh = root.section("mesh", Set.of("shards", "model", "threads", "isa"));
    int model = mesh.integer("model", 1, Integer.MAX_VALUE, 1);
    if (model != 1) {
      throw mesh.error(
          "model", model + " is not in this release; only 1 is (no model parallelism)");
    }
    MeshSpec.Isa isa = mesh.choice("isa", MeshSpec.Isa.AVX2);
    if (isa != MeshSpec.Isa.AVX2) {
      throw mesh.error("isa", "\"" + Values.name(isa) + "\" is not in this release; only avx2 is");
    }
    return new MeshSpec(
        mesh.integer("shards", 1, JobLimits.MAX_SHARDS, DEFAULT_SHARDS),
        model,
        mesh.integer("threads", 1, JobLimits.MAX_THREADS, 1),
        isa);
  }
}
