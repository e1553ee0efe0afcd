package io.holdfast.coordinator.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.coordinator.protocol.Sums;
import java.util.ArrayList;
import java.util.List;

/**
 * What callbacks remember from step to step, as it stands in a checkpoint under {@code
 * holdfast/callbacks}: the sums of the epoch under way. Numbers are stored as text in Java's
 * shortest form that gives back the same bits, NaN and infinities too.
 *
 * <pre>{"epoch_sums": {"loss": "12.5", "weight": "512.0", "metrics": ["480.0"]}}</pre>
 */
final class CallbackState {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CallbackState() {}

  static String write(Sums sums) {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode epoch = root.putObject("epoch_sums");
    epoch.put("loss", Double.toString(sums.loss()));
    epoch.put("weight", Double.toString(sums.weight()));
    ArrayNode metrics = epoch.putArray("metrics");
    sums.metrics().forEach(sum -> metrics.add(Double.toString(sum)));
    return root.toString();
  }

  /** The sums; none of anything if the text has none, as one of another program's making. */
  static Sums read(String text) {
    try {
      JsonNode epoch = JSON.readTree(text).path("epoch_sums");
      List<Double> metrics = new ArrayList<>();
      epoch.path("metrics").forEach(sum -> metrics.add(Double.parseDouble(sum.asText())));
      return new Sums(number(epoch, "loss"), number(epoch, "weight"), metrics);
    } catch (JsonProcessingException | NumberFormatException e) {
      return Sums.zero(0);
    }
  }

  private static double number(JsonNode node, String key) {
    return Double.parseDouble(node.path(key).asText("0"));
  }
}
