package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.Save.Writer;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import io.holdfast.protocol.WrittenPiece;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who computes and owns what, and whether shard files hold exactly that. */
final class Tiling {
  private Tiling() {}

  /** Logical shards in contiguous runs, as even as they can be. */
  static List<Member> shards(RunPlan plan, List<String> ids) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      int from = i * plan.shards() / ids.size();
      int to = (i + 1) * plan.shards() / ids.size();
      List<Integer> shards = new ArrayList<>();
      for (int shard = from; shard < to; shard++) {
        shards.add(shard);
      }
      members.add(new Member(ids.get(i), shards));
    }
    return members;
  }

  /** An owner for each slice, balancing bytes. */
  static List<String> owners(RunPlan plan, List<String> ids) {
    long[] bytes = new long[ids.size()];
    List<String> owners = new ArrayList<>();
    for (SliceSize slice : plan.slices()) {
      int least = 0;
      for (int i = 1; i < bytes.length; i++) {
        least = bytes[i] < bytes[least] ? i : least;
      }
      bytes[least] += slice.sizeBytes();
      owners.add(ids.get(least));
    }
    return owners;
  }

  /** One shard file for each member that owns anything, in the order of members. */
  static List<Writer> writers(Round round) {
    List<Writer> writers = new ArrayList<>();
    for (Member member : round.members()) {
      List<Integer> slices = new ArrayList<>();
      for (int i = 0; i < round.owners().size(); i++) {
        if (round.owners().get(i).equals(member.workerId())) {
          slices.add(i);
        }
      }
      if (!slices.isEmpty()) {
        writers.add(new Writer(member.workerId(), slices));
      }
    }
    return writers;
  }

  /** What is wrong with a shard file: its pieces must be exactly the writer's slices. */
  static Optional<String> problem(RunPlan plan, Writer writer, ShardWritten file) {
    Set<SliceSize> expected = new HashSet<>();
    writer.slices().forEach(index -> expected.add(plan.slices().get(index)));
    for (WrittenPiece piece : file.pieces()) {
      SliceSize slice = new SliceSize(piece.key(), piece.ordinal(), piece.sizeBytes());
      if (!expected.remove(slice)) {
        return Optional.of("a piece that is not expected, or twice: " + piece);
      }
    }
    if (!expected.isEmpty()) {
      return Optional.of("no piece for " + expected.iterator().next());
    }
    return overlap(file);
  }

  private static Optional<String> overlap(ShardWritten file) {
    List<WrittenPiece> inOrder =
        file.pieces().stream()
            .sorted(
                Comparator.comparingLong(WrittenPiece::offsetBytes)
                    .thenComparingLong(WrittenPiece::sizeBytes))
            .toList();
    long end = 0;
    for (WrittenPiece piece : inOrder) {
      if (piece.offsetBytes() < end) {
        return Optional.of("pieces overlap at " + piece);
      }
      end = piece.offsetBytes() + piece.sizeBytes();
      if (end < 0 || end > file.lengthBytes()) {
        return Optional.of("a piece beyond the end of the file: " + piece);
      }
    }
    return Optional.empty();
  }
}
