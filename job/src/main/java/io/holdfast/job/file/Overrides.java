package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command line's {@code --set key=value}: dotted keys as in error messages ({@code
 * model.layers[2].dense.units=20}), values in YAML. They are put into the tree before it is
 * checked.
 */
final class Overrides {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Pattern STEP = Pattern.compile("([^.\\[\\]=]+)|\\[(\\d{1,5})]");
  private static final Pattern KEY =
      Pattern.compile("[^.\\[\\]=]+(\\[\\d{1,5}])*(\\.[^.\\[\\]=]+(\\[\\d{1,5}])*)*");

  private Overrides() {}

  /** The keys of the overrides, in order. */
  static Set<String> keys(List<String> overrides) throws JobException {
    Set<String> keys = new HashSet<>();
    for (String override : overrides) {
      keys.add(key(override));
    }
    return keys;
  }

  /** The tree with {@code override} in it. */
  static JsonNode apply(JsonNode tree, String override) throws JobException {
    String key = key(override);
    Source commandLine = Source.file(Source.COMMAND_LINE);
    JsonNode value = Tree.yaml(commandLine, override.substring(key.length() + 1));
    List<String> steps = new ArrayList<>();
    Matcher matcher = STEP.matcher(key);
    while (matcher.find()) {
      steps.add(matcher.group());
    }
    return set(commandLine, tree, "", steps, value);
  }

  private static String key(String override) throws JobException {
    int equals = override.indexOf('=');
    if (equals < 1 || !KEY.matcher(override.substring(0, equals)).matches()) {
      throw new JobException(
          Source.COMMAND_LINE,
          "",
          '"'
              + override
              + "\" is not allowed; key=value such as checkpoint.every_steps=10 is needed");
    }
    return override.substring(0, equals);
  }

  /** {@code node} with the value at {@code steps} below it; {@code path} is where node stands. */
  private static JsonNode set(
      Source source, JsonNode node, String path, List<String> steps, JsonNode value)
      throws JobException {
    if (steps.isEmpty()) {
      return value;
    }
    String step = steps.get(0);
    List<String> rest = steps.subList(1, steps.size());
    if (step.startsWith("[")) {
      return setItem(source, node, path, step, rest, value);
    }
    ObjectNode map = map(source, node, path);
    JsonNode child = map.has(step) ? map.get(step) : NODES.nullNode();
    map.set(step, set(source, child, Keys.child(path, step), rest, value));
    return map;
  }

  private static JsonNode setItem(
      Source source, JsonNode node, String path, String step, List<String> rest, JsonNode value)
      throws JobException {
    int index = Integer.parseInt(step.substring(1, step.length() - 1));
    if (!(node instanceof ArrayNode list) || index >= list.size()) {
      throw source.error(path + step, "there is no such item; " + size(node));
    }
    ArrayNode copy = list.deepCopy();
    copy.set(index, set(source, list.get(index), path + step, rest, value));
    return copy;
  }

  private static String size(JsonNode node) {
    return node.isArray() ? "the list has " + node.size() : "this is no list";
  }

  /** A bare name such as {@code adam} stands for {@code {adam: {}}}. */
  private static ObjectNode map(Source source, JsonNode node, String path) throws JobException {
    if (node instanceof ObjectNode map) {
      return map.deepCopy();
    }
    if (node.isNull()) {
      return NODES.objectNode();
    }
    if (!node.isTextual()) {
      throw source.error(path, Values.shown(node) + " is no map; nothing can be set in it");
    }
    ObjectNode map = NODES.objectNode();
    map.set(node.textValue(), NODES.objectNode());
    return map;
  }
}
