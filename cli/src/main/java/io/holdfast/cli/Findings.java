package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.checkpoint.Prefix;
import java.util.List;

/** What was found in a run's files, as {@code verify} and {@code repair} tell it. */
final class Findings {
  private Findings() {}

  /** The document that both print; checkpoints are to be added. */
  static ObjectNode document(StoredRun run, boolean ok) {
    ObjectNode node = Json.object().put("run", run.uri()).put("ok", ok);
    node.putArray("checkpoints");
    return node;
  }

  /** Adds a checkpoint to such a document. */
  static ObjectNode addCheckpoint(ObjectNode document, Prefix prefix, boolean ok) {
    return document
        .withArray("checkpoints")
        .addObject()
        .put("step", prefix.step())
        .put("prefix", prefix.toString())
        .put("ok", ok);
  }

  /** Sets the key {@code findings}. */
  static void put(ObjectNode node, List<Finding> findings) {
    ArrayNode array = node.putArray("findings");
    for (Finding finding : findings) {
      array
          .addObject()
          .put("file", finding.file())
          .put("kind", finding.kind().name())
          .put("problem", finding.problem());
    }
  }

  /** For people, a line each. */
  static void print(Terminal terminal, StoredRun run, List<Finding> findings) {
    for (Finding finding : findings) {
      terminal.err().println("holdfast: " + run.file(finding.file()) + ": " + finding.problem());
    }
  }
}
