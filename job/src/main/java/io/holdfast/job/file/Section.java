package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.job.JobLimits;
import io.holdfast.job.plan.LayerShapes;
import io.holdfast.storage.bundle.TensorShape;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * One map of a job file: typed, bounded access to its values. A key without a value (null) counts
 * as absent.
 */
final class Section {
  private final Source source;
  private final String path;
  private final ObjectNode node;

  private Section(Source source, String path, ObjectNode node) {
    this.source = source;
    this.path = path;
    this.node = node;
  }

  /** The map at {@code path}, with no other keys than {@code known}. */
  static Section of(Source source, String path, JsonNode node, Set<String> known)
      throws JobException {
    if (!node.isNull() && !node.isObject()) {
      throw source.error(path, Values.wrong(node, "a map"));
    }
    ObjectNode map = node.isNull() ? JsonNodeFactory.instance.objectNode() : (ObjectNode) node;
    for (String key : (Iterable<String>) map::fieldNames) {
      if (!known.contains(key)) {
        throw source.error(Keys.child(path, key), Keys.unknown("key", key, known));
      }
    }
    return new Section(source, path, map);
  }

  Source source() {
    return source;
  }

  String path() {
    return path;
  }

  String path(String key) {
    return Keys.child(path, key);
  }

  JobException error(String key, String problem) {
    return source.error(path(key), problem);
  }

  /** The value, if there is one. */
  Optional<JsonNode> find(String key) {
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  boolean has(String key) {
    return find(key).isPresent();
  }

  /** The value, which must be there. */
  JsonNode require(String key, String allowed) throws JobException {
    Optional<JsonNode> value = find(key);
    if (value.isEmpty()) {
      throw error(key, "missing; " + allowed + " is needed");
    }
    return value.get();
  }

  /** The map under {@code key}; an empty one where there is none. */
  Section section(String key, Set<String> known) throws JobException {
    return of(source, path(key), find(key).orElse(JsonNodeFactory.instance.nullNode()), known);
  }

  OptionalLong integer(String key, long min, long max) throws JobException {
    Optional<JsonNode> value = find(key);
    return value.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Values.integer(source, path(key), value.get(), min, max));
  }

  int integer(String key, int min, int max, int otherwise) throws JobException {
    return (int) integer(key, min, max).orElse(otherwise);
  }

  int requireInteger(String key, int min, int max) throws JobException {
    require(key, Values.integers(min, max));
    return (int) integer(key, min, max).orElseThrow();
  }

  /** A number in [min, max], or as {@code range} narrows it. */
  Optional<Double> number(String key, Range range) throws JobException {
    Optional<JsonNode> value = find(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    JsonNode found = value.get();
    double parsed = found.isNumber() ? found.doubleValue() : Double.NaN;
    if (!range.contains(parsed)) {
      throw error(key, Values.wrong(found, range.allowed()));
    }
    return Optional.of(parsed);
  }

  double number(String key, Range range, double otherwise) throws JobException {
    return number(key, range).orElse(otherwise);
  }

  boolean flag(String key, boolean otherwise) throws JobException {
    Optional<JsonNode> value = find(key);
    if (value.isPresent() && !value.get().isBoolean()) {
      throw error(key, Values.wrong(value.get(), "true or false"));
    }
    return value.map(JsonNode::booleanValue).orElse(otherwise);
  }

  Optional<String> text(String key, String allowed) throws JobException {
    Optional<JsonNode> value = find(key);
    if (value.isPresent() && !value.get().isTextual()) {
      throw error(key, Values.wrong(value.get(), allowed));
    }
    return value.map(JsonNode::textValue);
  }

  /** A constant by its name in lower case. */
  <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) throws JobException {
    Optional<JsonNode> value = find(key);
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(Values.choice(source, path(key), value.get(), type));
  }

  <E extends Enum<E>> E choice(String key, E otherwise) throws JobException {
    return choice(key, otherwise.getDeclaringClass()).orElse(otherwise);
  }

  /** An integer n, meaning [n, n], or a list of two. */
  Optional<int[]> pair(String key, int min, int max) throws JobException {
    Optional<JsonNode> value = find(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    JsonNode found = value.get();
    if (found.isArray() && found.size() == 2) {
      int height = Values.integer(source, Keys.item(path(key), 0), found.get(0), min, max);
      int width = Values.integer(source, Keys.item(path(key), 1), found.get(1), min, max);
      return Optional.of(new int[] {height, width});
    }
    if (!found.isIntegralNumber()) {
      throw error(key, Values.wrong(found, Values.integers(min, max) + " or a list of two"));
    }
    int both = Values.integer(source, path(key), found, min, max);
    return Optional.of(new int[] {both, both});
  }

  /** A shape without the batch: a list of dimensions, each at least 1. */
  TensorShape requireShape(String key) throws JobException {
    String allowed = "a list of 1 to " + JobLimits.MAX_RANK + " dimensions such as [28, 28, 1]";
    JsonNode value = require(key, allowed);
    if (!value.isArray() || value.isEmpty() || value.size() > JobLimits.MAX_RANK) {
      throw error(key, Values.wrong(value, allowed));
    }
    long[] dims = new long[value.size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = Values.integer(source, Keys.item(path(key), i), value.get(i), 1, JobLimits.MAX_DIM);
    }
    if (LayerShapes.tooLarge(dims)) {
      throw error(
          key,
          Values.wrong(value, "a shape of at most " + JobLimits.MAX_TENSOR_ELEMENTS + " elements"));
    }
    return TensorShape.of(dims);
  }

  /** The single key of this map, which says of what kind the value is. */
  static Kind kind(Source source, String path, JsonNode node, String what, Set<String> kinds)
      throws JobException {
    if (node.isTextual()) {
      return new Kind(known(source, path, node.textValue(), what, kinds), emptyMap());
    }
    if (!node.isObject() || node.size() != 1) {
      throw source.error(
          path,
          Values.wrong(node, "one " + what + " (" + String.join(", ", new TreeSet<>(kinds)) + ")"));
    }
    String name = node.fieldNames().next();
    return new Kind(known(source, Keys.child(path, name), name, what, kinds), node.get(name));
  }

  private static String known(
      Source source, String path, String name, String what, Set<String> kinds) throws JobException {
    if (!kinds.contains(name)) {
      throw source.error(path, Keys.unknown(what, name, kinds));
    }
    return name;
  }

  private static JsonNode emptyMap() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** A named kind with its parameters, as in {@code {adam: {learning_rate: 0.1}}}. */
  record Kind(String name, JsonNode parameters) {}

  /** Which numbers are allowed. */
  record Range(double min, boolean minExcluded, double max, boolean maxExcluded) {
    static final Range LEARNING_RATE = positive(1e6);
    static final Range BELOW_ONE = new Range(0, false, 1, true);

    /** (0, max]. */
    static Range positive(double max) {
      return new Range(0, true, max, false);
    }

    /** [0, max]. */
    static Range notNegative(double max) {
      return new Range(0, false, max, false);
    }

    boolean contains(double value) {
      return !Double.isNaN(value)
          && (minExcluded ? value > min : value >= min)
          && (maxExcluded ? value < max : value <= max);
    }

    String allowed() {
      return String.format(
          Locale.ROOT,
          "a number %s %s and %s %s",
          minExcluded ? "above" : "from",
          Values.plain(min),
          maxExcluded ? "below" : "up to",
          Values.plain(max));
    }
  }
}
