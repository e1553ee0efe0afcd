package io.holdfast.storage.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Translates {@link CheckpointMetadata} to the texts of its tensors and back. */
final class MetadataJson {
  private static final String RUN = CheckpointKeys.HOLDFAST + "run_id";
  private static final String CHECKPOINT = CheckpointKeys.CHECKPOINT;
  private static final String JOB = CheckpointKeys.HOLDFAST + "job";
  private static final String POSITION = CheckpointKeys.HOLDFAST + "data_position";
  private static final String BEST = CheckpointKeys.HOLDFAST + "best_metric";
  private static final String CALLBACKS = CheckpointKeys.HOLDFAST + "callbacks";
  private static final String PROBE = CheckpointKeys.HOLDFAST + "probe_digest";
  private static final String METRICS = CheckpointKeys.HOLDFAST + "metrics";

  /** The tensors that are read; any others under {@code holdfast/} are let pass. */
  static final List<String> KEYS =
      List.of(RUN, CHECKPOINT, JOB, POSITION, BEST, CALLBACKS, PROBE, METRICS);

  private static final String SEALED = "sealed";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private MetadataJson() {}

  static Map<String, String> write(CheckpointMetadata metadata) {
    Map<String, String> texts = new LinkedHashMap<>();
    ObjectNode run = NODES.objectNode().put("id", metadata.runId());
    texts.put(RUN, run.put("started", metadata.runStarted().toString()).toString());
    ObjectNode self = NODES.objectNode().put("prefix", metadata.prefix().toString());
    self.put("step", metadata.prefix().step()).put(SEALED, true);
    texts.put(CHECKPOINT + metadata.prefix(), self.toString());
    texts.put(JOB, requireJson(JOB, metadata.job()));
    DataPosition position = metadata.dataPosition();
    ObjectNode place = NODES.objectNode().put("epoch", position.epoch());
    texts.put(POSITION, place.put("batch", position.batch()).toString());
    texts.put(BEST, metadata.bestMetric().map(MetadataJson::best).orElse("null"));
    texts.put(CALLBACKS, requireJson(CALLBACKS, metadata.callbacks()));
    texts.put(PROBE, metadata.probeDigest().map(d -> NODES.textNode(d).toString()).orElse("null"));
    ObjectNode metrics = NODES.objectNode();
    metadata.metrics().forEach((name, value) -> metrics.set(name, number(value)));
    texts.put(METRICS, metrics.toString());
    return texts;
  }

  private static String best(BestMetric best) {
    ObjectNode node = NODES.objectNode().put("monitor", best.monitor());
    node.set("value", number(best.value()));
    return node.put("step", best.step()).toString();
  }

  /** JSON has no NaN and no infinity; they stand there as text. */
  private static JsonNode number(double value) {
    return Double.isFinite(value)
        ? NODES.numberNode(value)
        : NODES.textNode(Double.toString(value));
  }

  static CheckpointMetadata read(Map<String, String> texts) {
    JsonNode run = required(texts, RUN);
    JsonNode self = required(texts, CHECKPOINT);
    JsonNode position = required(texts, POSITION);
    return new CheckpointMetadata(
        Prefix.parse(text(self, "prefix"))
            .orElseThrow(() -> new IllegalArgumentException("bad prefix in " + CHECKPOINT)),
        text(run, "id"),
        time(text(run, "started")),
        texts.getOrDefault(JOB, "{}"),
        new DataPosition(whole(position, "epoch"), whole(position, "batch")),
        optional(texts, BEST)
            .map(b -> new BestMetric(text(b, "monitor"), real(b, "value"), whole(b, "step"))),
        texts.getOrDefault(CALLBACKS, "{}"),
        optional(texts, PROBE).filter(JsonNode::isTextual).map(JsonNode::textValue),
        metrics(optional(texts, METRICS)));
  }

  /** Whether the text of a checkpoint's own name says that its index is sealed. */
  static boolean saysSealed(String self) {
    return parse(CHECKPOINT, self).path(SEALED).asBoolean(false);
  }

  private static SortedMap<String, Double> metrics(Optional<JsonNode> node) {
    SortedMap<String, Double> metrics = new TreeMap<>();
    if (node.isPresent()) {
      node.get().fieldNames().forEachRemaining(n -> metrics.put(n, real(node.get(), n)));
    }
    return metrics;
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("bad time: " + text, e);
    }
  }

  private static JsonNode required(Map<String, String> texts, String key) {
    return optional(texts, key).orElseThrow(() -> new IllegalArgumentException("no tensor " + key));
  }

  private static Optional<JsonNode> optional(Map<String, String> texts, String key) {
    String text = texts.get(key);
    if (text == null) {
      return Optional.empty();
    }
    JsonNode node = parse(key, text);
    return node.isNull() ? Optional.empty() : Optional.of(node);
  }

  private static String requireJson(String key, String text) {
    parse(key, text);
    return text;
  }

  private static JsonNode parse(String key, String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(key + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("no text '" + field + "'");
    }
    return value.textValue();
  }

  private static long whole(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("no whole number '" + field + "'");
    }
    return value.longValue();
  }

  private static double real(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (value.isNumber()) {
      return value.doubleValue();
    }
    return switch (value.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw new IllegalArgumentException("no number '" + field + "'");
    };
  }
}
