package io.holdfast.job.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.job.CheckpointSpec;
import io.holdfast.job.ClusterSpec;
import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.RetentionSpec;
import io.holdfast.storage.bundle.TensorShape;
import java.net.URI;
import java.util.List;
import java.util.TreeMap;

/**
 * The canonical text of a job: a JSON job file in one line, keys sorted, every default written out,
 * data as absolute URIs. Equal jobs have equal texts, and a text reads back as an equal job. It is
 * what a checkpoint stores as {@code holdfast/job} and what workers are sent.
 */
public final class JobText {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final URI ROOT = URI.create("file:///");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JobText() {}

  public static String write(Job job) {
    try {
      return MAPPER.writeValueAsString(tree(job));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON values was not writable", e);
    }
  }

  /**
   * Reads a canonical text. The text is checked as a job file is, but data files are not looked at:
   * they may be elsewhere by now.
   *
   * @param name where the text comes from, for errors
   */
  public static Job read(String name, String text) throws JobException {
    Source source = Source.file(name);
    return JobReader.read(source, Tree.json(source, text), ROOT, "job");
  }

  /** The canonical tree. */
  static JsonNode tree(Job job) {
    ObjectNode root = NODES.objectNode();
    root.put("name", job.name());
    root.put("seed", job.seed());
    root.set("model", ModelText.write(job.model()));
    root.put("loss", Values.name(job.loss()));
    root.set("optimizer", optimizer(job.optimizer()));
    ArrayNode metrics = root.putArray("metrics");
    job.metrics().forEach(metric -> metrics.add(Values.name(metric)));
    root.set("data", data(job.data()));
    job.epochs().ifPresent(epochs -> root.put("epochs", epochs));
    job.steps().ifPresent(steps -> root.put("steps", steps));
    ObjectNode mesh = root.putObject("mesh");
    mesh.put("shards", job.mesh().shards());
    mesh.put("model", job.mesh().model());
    mesh.put("threads", job.mesh().threads());
    mesh.put("isa", Values.name(job.mesh().isa()));
    root.set("checkpoint", checkpoint(job.checkpoint()));
    root.set("cluster", cluster(job.cluster()));
    return sorted(root);
  }

  private static ObjectNode optimizer(OptimizerSpec optimizer) {
    ObjectNode root = NODES.objectNode();
    ObjectNode node = root.putObject(OptimizerReader.kind(optimizer));
    node.put("learning_rate", optimizer.learningRate());
    if (optimizer instanceof OptimizerSpec.Adam adam) {
      node.put("beta_1", adam.beta1());
      node.put("beta_2", adam.beta2());
      node.put("epsilon", adam.epsilon());
    } else if (optimizer instanceof OptimizerSpec.Sgd sgd) {
      node.put("momentum", sgd.momentum());
      node.put("nesterov", sgd.nesterov());
    } else if (optimizer instanceof OptimizerSpec.AdamW adamW) {
      node.put("weight_decay", adamW.weightDecay());
      node.put("beta_1", adamW.beta1());
      node.put("beta_2", adamW.beta2());
      node.put("epsilon", adamW.epsilon());
    } else if (optimizer instanceof OptimizerSpec.RmsProp rmsProp) {
      node.put("rho", rmsProp.rho());
      node.put("momentum", rmsProp.momentum());
      node.put("epsilon", rmsProp.epsilon());
      node.put("centered", rmsProp.centered());
    } else if (optimizer instanceof OptimizerSpec.Adagrad adagrad) {
      node.put("initial_accumulator_value", adagrad.initialAccumulatorValue());
      node.put("epsilon", adagrad.epsilon());
    }
    return root;
  }

  private static ObjectNode data(DataSpec data) {
    ObjectNode node = NODES.objectNode();
    node.put("batch_size", data.batchSize());
    node.put("shuffle", data.shuffle());
    node.set("train", source(data.train()));
    data.validation().ifPresent(validation -> node.set("validation", source(validation)));
    return node;
  }

  private static ObjectNode source(DataSpec.Source source) {
    ObjectNode node = NODES.objectNode();
    if (source instanceof DataSpec.Idx idx) {
      ObjectNode files = node.putObject("idx");
      files.put("images", idx.images().toString());
      files.put("labels", idx.labels().toString());
      node.put("scale", idx.scale());
    } else if (source instanceof DataSpec.Csv csv) {
      csv(csv, node.putObject("csv"));
      node.put("scale", csv.scale());
    } else if (source instanceof DataSpec.RandomData random) {
      ObjectNode made = node.putObject("random");
      made.set("shape", shape(random.shape()));
      made.put("samples", random.samples());
      random.classes().ifPresent(classes -> made.put("classes", classes));
      random.target().ifPresent(target -> made.set("target", shape(target)));
    }
    return node;
  }

  private static void csv(DataSpec.Csv csv, ObjectNode node) {
    node.put("path", csv.path().toString());
    node.set("label", columns(csv.label()));
    csv.columns().ifPresent(columns -> node.set("columns", columns(columns)));
    node.put("header", csv.header());
    node.put("separator", String.valueOf(csv.separator()));
  }

  private static ArrayNode columns(List<DataSpec.Column> columns) {
    ArrayNode list = NODES.arrayNode();
    for (DataSpec.Column column : columns) {
      if (column instanceof DataSpec.Column.Numbered numbered) {
        list.add(numbered.number());
      } else {
        list.add(((DataSpec.Column.Named) column).name());
      }
    }
    return list;
  }

  private static ObjectNode checkpoint(CheckpointSpec checkpoint) {
    ObjectNode node = NODES.objectNode();
    checkpoint.everySteps().ifPresent(steps -> node.put("every_steps", steps));
    checkpoint
        .every()
        .ifPresent(
            every -> node.put("every_secs", every.toMillis() / CheckpointReader.MILLIS_PER_SECOND));
    checkpoint
        .auto()
        .ifPresent(auto -> node.put("interval", "auto").put("stall_budget", auto.stallBudget()));
    retention(node, checkpoint.retention());
    node.put("async", checkpoint.async());
    node.put("verify_after", checkpoint.verifyAfter());
    node.put("parity", checkpoint.parity());
    checkpoint.writers().ifPresent(writers -> node.put("writers", writers));
    return node;
  }

  private static void retention(ObjectNode node, RetentionSpec retention) {
    node.put("max_to_keep", retention.maxToKeep());
    retention
        .keepEvery()
        .ifPresent(
            every ->
                node.put(
                    "keep_checkpoint_every_n_hours",
                    every.toMillis() / CheckpointReader.MILLIS_PER_HOUR));
    retention.keepEverySteps().ifPresent(steps -> node.put("keep_every_steps", steps));
    retention
        .timeToLive()
        .ifPresent(
            time -> node.put("ttl_hours", time.toMillis() / CheckpointReader.MILLIS_PER_HOUR));
    retention.maxDiskBytes().ifPresent(bytes -> node.put("max_disk_bytes", bytes));
    retention
        .best()
        .ifPresent(
            best ->
                node.putObject("save_best")
                    .put("monitor", best.monitor())
                    .put("mode", Values.name(best.mode()))
                    .put("keep", best.keep()));
  }

  private static ObjectNode cluster(ClusterSpec cluster) {
    ObjectNode node = NODES.objectNode();
    node.put("min_workers", cluster.minWorkers());
    node.put(
        "replace_wait_secs", cluster.replaceWait().toMillis() / ClusterReader.MILLIS_PER_SECOND);
    node.put("heartbeat_ms", cluster.heartbeat().toMillis());
    node.put("lease_ms", cluster.lease().toMillis());
    node.put("progress_timeout_secs", cluster.progressTimeout().toSeconds());
    return node;
  }

  static ArrayNode shape(TensorShape shape) {
    ArrayNode dims = NODES.arrayNode();
    shape.dims().forEach(dims::add);
    return dims;
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isArray()) {
      ArrayNode array = NODES.arrayNode();
      node.forEach(item -> array.add(sorted(item)));
      return array;
    }
    if (!node.isObject()) {
      return node;
    }
    TreeMap<String, JsonNode> fields = new TreeMap<>();
    node.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
    ObjectNode object = NODES.objectNode();
    fields.forEach(object::set);
    return object;
  }
}
