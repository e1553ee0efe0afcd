package io.holdfast.cli;

import io.holdfast.proto.v1.FileFinding;
import io.holdfast.proto.v1.RepairedCheckpoint;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.RepairReport;

/** Values in a coordinator's answer, which may be of another release. */
final class Answered {
  private Answered() {}

  static Prefix prefix(String text) {
    return Prefix.parse(text).orElseThrow(() -> notUnderstood(text));
  }

  static RepairReport report(RepairedCheckpoint checkpoint) {
    return new RepairReport(
        prefix(checkpoint.getPrefix()),
        checkpoint.getRebuiltList(),
        checkpoint.getFindingsList().stream().map(Answered::finding).toList());
  }

  private static Finding finding(FileFinding finding) {
    try {
      Finding.Kind kind = Finding.Kind.valueOf(finding.getKind());
      return new Finding(finding.getFile(), kind, finding.getProblem());
    } catch (IllegalArgumentException e) {
      throw notUnderstood(finding.getKind());
    }
  }

  private static CommandFailedException notUnderstood(String text) {
    return CommandFailedException.unreachable(
        "the coordinator's answer is not understood: " + text + " (is it of another release?)");
  }
}
