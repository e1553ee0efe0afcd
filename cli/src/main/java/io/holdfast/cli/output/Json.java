package io.holdfast.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;

/** One JSON document on standard output, and nothing else there. */
public final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Numbers by name; null where one is not finite, for which JSON has no word. */
  public static ObjectNode numbers(Map<String, Double> numbers) {
    ObjectNode node = object();
    new TreeMap<>(numbers).forEach((name, value) -> number(node, name, value));
    return node;
  }

  /** Puts a number, or null if it is not finite. */
  public static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  /** Prints the document on one line, for those that print one after the other. */
  public static void printLine(PrintStream out, ObjectNode document) {
    out.println(document);
    out.flush();
  }

  /** Prints the document. */
  public static void print(PrintStream out, ObjectNode document) {
    try {
      out.println(MAPPER.writeValueAsString(document));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON values was not writable", e);
    }
  }
}
