package io.holdfast.job.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.holdfast.job.JobLimits;
import java.io.IOException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads one YAML or JSON document into a tree of bounded size and depth. Duplicate keys, aliases,
 * second documents and types that JSON has not are refused.
 */
final class Tree {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** The parsers' own bound lies beyond ours, which tells the key. */
  private static final int PARSER_DEPTH = 2 * JobLimits.MAX_DEPTH;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(PARSER_DEPTH)
          .maxStringLength(JobLimits.MAX_FILE_BYTES)
          .build();

  private final Source source;
  private final JsonParser parser;
  private int nodes;

  private Tree(Source source, JsonParser parser) {
    this.source = source;
    this.parser = parser;
  }

  /** The tree of a YAML text; JSON's null for an empty one. */
  static JsonNode yaml(Source source, String text) throws JobException {
    return read(source, text, yamlFactory());
  }

  /** The tree of a JSON text. */
  static JsonNode json(Source source, String text) throws JobException {
    return read(source, text, JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build());
  }

  private static YAMLFactory yamlFactory() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(JobLimits.MAX_FILE_BYTES);
    options.setNestingDepthLimit(PARSER_DEPTH);
    YAMLFactory factory =
        YAMLFactory.builder().loaderOptions(options).streamReadConstraints(CONSTRAINTS).build();
    return factory
        .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
        .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS);
  }

  private static JsonNode read(Source source, String text, JsonFactory factory)
      throws JobException {
    if (text.length() > JobLimits.MAX_FILE_BYTES) {
      throw source.error("", "larger than " + JobLimits.MAX_FILE_BYTES + " bytes");
    }
    try (JsonParser parser = factory.createParser(text)) {
      return new Tree(source, parser).document();
    } catch (JsonProcessingException e) {
      throw source.error("", syntax(e));
    } catch (IOException | YAMLException e) {
      throw source.error("", "not readable: " + firstLine(e));
    }
  }

  private static String syntax(JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
      return at(yaml.getProblemMark().getLine() + 1, yaml.getProblemMark().getColumn() + 1)
          + yaml.getProblem();
    }
    String reason = e.getOriginalMessage() == null ? "not readable" : e.getOriginalMessage();
    String line = reason.lines().findFirst().orElse("not readable");
    return e.getLocation() == null
        ? line
        : at(e.getLocation().getLineNr(), e.getLocation().getColumnNr()) + line;
  }

  private static String at(int line, int column) {
    return "line " + line + ", column " + column + ": ";
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private JsonNode document() throws IOException, JobException {
    JsonToken first = parser.nextToken();
    JsonNode root = first == null ? NODES.nullNode() : value("", 0);
    if (first != null && parser.nextToken() != null) {
      throw source.error("", here() + "a second document is not allowed");
    }
    return root;
  }

  private JsonNode value(String path, int depth) throws IOException, JobException {
    if (++nodes > JobLimits.MAX_NODES) {
      throw source.error("", "more than " + JobLimits.MAX_NODES + " values");
    }
    if (depth > JobLimits.MAX_DEPTH) {
      throw source.error("", "nested deeper than " + JobLimits.MAX_DEPTH);
    }
    refuseAlias(path);
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(path, depth);
      case START_ARRAY -> array(path, depth);
      case VALUE_STRING -> NODES.textNode(parser.getText());
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> decimal();
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default ->
          throw source.error(path, here() + "only maps, lists, text, numbers and true/false");
    };
  }

  private JsonNode integer() throws IOException {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? NODES.numberNode(parser.getBigIntegerValue())
        : NODES.numberNode(parser.getLongValue());
  }

  /** YAML's {@code .nan} and {@code .inf} stay text: no key of a job allows them. */
  private JsonNode decimal() throws IOException {
    String text = parser.getText();
    return text.contains("n") || text.contains("N")
        ? NODES.textNode(text)
        : NODES.numberNode(parser.getDoubleValue());
  }

  private ObjectNode object(String path, int depth) throws IOException, JobException {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      refuseAlias(path);
      String key = parser.currentName();
      String at = Keys.child(path, key);
      if (object.has(key)) {
        throw source.error(at, here() + "stands twice");
      }
      parser.nextToken();
      object.set(key, value(at, depth + 1));
    }
    return object;
  }

  private ArrayNode array(String path, int depth) throws IOException, JobException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(Keys.item(path, array.size()), depth + 1));
    }
    return array;
  }

  private void refuseAlias(String path) throws IOException, JobException {
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      throw source.error(path, here() + "aliases (*name) are not allowed; write the value out");
    }
  }

  private String here() {
    return at(
        parser.currentTokenLocation().getLineNr(), parser.currentTokenLocation().getColumnNr());
  }
}
