package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Table;
import io.holdfast.cli.output.Text;
import io.holdfast.proto.v1.PruneReply;
import io.holdfast.storage.checkpoint.KeptReason;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.Retention;
import java.util.List;
import java.util.Map;

/**
 * What retention did to a run, or would do, whoever did it.
 *
 * @param deleted oldest first
 * @param kept oldest first
 */
record Pruning(List<Deleted> deleted, List<Kept> kept) {

  /** A checkpoint that goes, and why. */
  record Deleted(Prefix prefix, long bytes, String reason) {}

  /** A checkpoint that stays, and why. */
  record Kept(Prefix prefix, long bytes, List<String> reasons) {}

  /**
   * By this process.
   *
   * @param bytes of the files of each checkpoint
   */
  static Pruning of(Retention.Plan plan, Map<Prefix, Long> bytes) {
    return new Pruning(
        plan.delete().entrySet().stream()
            .map(
                e ->
                    new Deleted(
                        e.getKey(), bytes.getOrDefault(e.getKey(), 0L), e.getValue().text()))
            .toList(),
        plan.kept().entrySet().stream()
            .map(
                e ->
                    new Kept(
                        e.getKey(),
                        bytes.getOrDefault(e.getKey(), 0L),
                        e.getValue().stream().sorted().map(KeptReason::label).toList()))
            .toList());
  }

  /** By the coordinator. */
  static Pruning of(PruneReply reply) {
    return new Pruning(
        reply.getDeletedList().stream()
            .map(c -> new Deleted(Answered.prefix(c.getPrefix()), c.getBytes(), c.getReason()))
            .toList(),
        reply.getKeptList().stream()
            .map(
                c ->
                    new Kept(
                        Answered.prefix(c.getPrefix()),
                        c.getBytes(),
                        List.copyOf(c.getReasonsList())))
            .toList());
  }

  Table table(boolean dryRun) {
    Table table = new Table("STEP", "SIZE", dryRun ? "WOULD" : "WAS", "WHY", "PREFIX");
    for (Deleted gone : deleted) {
      String what = dryRun ? "go" : "deleted";
      row(table, gone.prefix(), gone.bytes(), what, gone.reason());
    }
    for (Kept stays : kept) {
      String what = dryRun ? "stay" : "kept";
      row(table, stays.prefix(), stays.bytes(), what, String.join(",", stays.reasons()));
    }
    return table;
  }

  private static void row(Table table, Prefix prefix, long bytes, String what, String why) {
    table.row(prefix.step(), Text.bytes(bytes), what, why, prefix);
  }

  ObjectNode document(String uri, boolean dryRun) {
    ObjectNode node = Json.object().put("run", uri).put("dry_run", dryRun);
    ArrayNode delete = node.putArray("delete");
    for (Deleted gone : deleted) {
      item(delete, gone.prefix(), gone.bytes()).put("reason", gone.reason());
    }
    ArrayNode keep = node.putArray("keep");
    for (Kept stays : kept) {
      ArrayNode reasons = item(keep, stays.prefix(), stays.bytes()).putArray("kept");
      stays.reasons().forEach(reasons::add);
    }
    return node;
  }

  private static ObjectNode item(ArrayNode list, Prefix prefix, long bytes) {
    return list.addObject()
        .put("step", prefix.step())
        .put("prefix", prefix.toString())
        .put("bytes", bytes);
  }
}
