package io.holdfast.coordinator.server;

import io.holdfast.proto.v1.DeletedCheckpoint;
import io.holdfast.proto.v1.FileFinding;
import io.holdfast.proto.v1.KeptCheckpoint;
import io.holdfast.proto.v1.PruneReply;
import io.holdfast.proto.v1.RepairReply;
import io.holdfast.proto.v1.RepairedCheckpoint;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.checkpoint.KeptReason;
import io.holdfast.storage.checkpoint.RepairReport;
import java.util.List;

/** What upkeep did, as operators are told. */
final class UpkeepReplies {
  private UpkeepReplies() {}

  static PruneReply pruned(RunCommits.Pruned pruned) {
    PruneReply.Builder reply = PruneReply.newBuilder();
    pruned
        .plan()
        .delete()
        .forEach(
            (prefix, reason) ->
                reply.addDeleted(
                    DeletedCheckpoint.newBuilder()
                        .setPrefix(prefix.toString())
                        .setBytes(pruned.bytes().getOrDefault(prefix, 0L))
                        .setReason(reason.text())));
    pruned
        .plan()
        .kept()
        .forEach(
            (prefix, reasons) ->
                reply.addKept(
                    KeptCheckpoint.newBuilder()
                        .setPrefix(prefix.toString())
                        .setBytes(pruned.bytes().getOrDefault(prefix, 0L))
                        .addAllReasons(reasons.stream().sorted().map(KeptReason::label).toList())));
    return reply.build();
  }

  static RepairReply repaired(List<RepairReport> reports) {
    RepairReply.Builder reply = RepairReply.newBuilder();
    for (RepairReport report : reports) {
      reply.addCheckpoints(
          RepairedCheckpoint.newBuilder()
              .setPrefix(report.prefix().toString())
              .addAllRebuilt(report.rebuilt())
              .addAllFindings(report.damage().stream().map(UpkeepReplies::finding).toList()));
    }
    return reply.build();
  }

  private static FileFinding finding(Finding finding) {
    return FileFinding.newBuilder()
        .setFile(finding.file())
        .setKind(finding.kind().name())
        .setProblem(finding.problem())
        .build();
  }
}
