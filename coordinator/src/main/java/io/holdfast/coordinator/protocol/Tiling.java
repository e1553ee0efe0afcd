package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.Save.Writer;
import io.holdfast.job.plan.Placement;
import io.holdfast.job.plan.ShardAssignment;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage.Hello;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import io.holdfast.protocol.WrittenPiece;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Who computes and owns what, and whether shard files hold exactly that. */
final class Tiling {
  private Tiling() {}

  /** A round of these workers that moves as little as it can from the one before. */
  static Round round(
      RunPlan plan,
      Generation generation,
      List<WorkerEntry> workers,
      Optional<Checkpoint> source,
      Optional<Round> before) {
    List<String> ids = workers.stream().map(WorkerEntry::id).toList();
    Map<String, List<Integer>> computed = new HashMap<>();
    before.ifPresent(round -> round.members().forEach(m -> computed.put(m.workerId(), m.shards())));
    Map<String, List<Integer>> shards = ShardAssignment.of(plan.shards(), ids, computed);
    return new Round(
        generation,
        workers.stream().map(worker -> member(worker.hello(), shards)).toList(),
        Placement.of(plan.groups(), ids, before.map(Tiling::placement)).owners(),
        source,
        Map.of());
  }

  private static Placement placement(Round round) {
    return new Placement(round.members().stream().map(Member::workerId).toList(), round.owners());
  }

  private static Member member(Hello hello, Map<String, List<Integer>> shards) {
    return new Member(
        hello.workerId(),
        shards.get(hello.workerId()),
        hello.exchangeAddress(),
        hello.exchangeKey());
  }

  /**
   * Shard files in the order of members: for each one that owns any slices that steps change as
   * many as it writes at once, and one for each that owns frozen ones.
   */
  static List<Writer> writers(RunPlan plan, Round round) {
    List<Writer> writers = new ArrayList<>();
    for (Member member : round.members()) {
      Map<Boolean, List<Integer>> groups =
          round.owned(member.workerId()).stream()
              .collect(Collectors.partitioningBy(group -> isFrozen(plan, group)));
      for (List<Integer> part : parts(plan, groups.get(false))) {
        writers.add(new Writer(member.workerId(), false, part));
      }
      if (!groups.get(true).isEmpty()) {
        writers.add(new Writer(member.workerId(), true, groups.get(true)));
      }
    }
    return writers;
  }

  /** Cuts groups, in their order, into as many parts of about equal bytes as there are writers. */
  private static List<List<Integer>> parts(RunPlan plan, List<Integer> groups) {
    long total = groups.stream().mapToLong(group -> plan.groups().get(group).bytes()).sum();
    int count = plan.writers(total);
    List<List<Integer>> parts = new ArrayList<>();
    List<Integer> part = new ArrayList<>();
    long bytes = 0;
    for (int group : groups) {
      part.add(group);
      bytes += plan.groups().get(group).bytes();
      if (bytes * count >= total * (parts.size() + 1)) {
        parts.add(part);
        part = new ArrayList<>();
      }
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }

  private static boolean isFrozen(RunPlan plan, int group) {
    return plan.groups().get(group).value().variable().frozen();
  }

  /** One slice of a variable as a piece of a shard file. */
  private record Extent(String key, int ordinal, long sizeBytes) {}

  /** By group, its slices and slots; ordinals count the slices of a variable in the job's order. */
  private static List<List<Extent>> extents(RunPlan plan) {
    Map<String, Integer> counts = new HashMap<>();
    List<List<Extent>> extents = new ArrayList<>();
    for (SliceGroup group : plan.groups()) {
      List<Extent> ofGroup = new ArrayList<>();
      for (Slice slice : group.slices()) {
        String key = slice.variable().key();
        ofGroup.add(new Extent(key, counts.merge(key, 1, Integer::sum) - 1, slice.bytes()));
      }
      extents.add(ofGroup);
    }
    return extents;
  }

  /** What is wrong with a shard file: its pieces must be exactly the writer's slices. */
  static Optional<String> problem(RunPlan plan, Writer writer, ShardWritten file) {
    List<List<Extent>> extents = extents(plan);
    Set<Extent> expected = new HashSet<>();
    writer.groups().forEach(index -> expected.addAll(extents.get(index)));
    for (WrittenPiece piece : file.pieces()) {
      Extent extent = new Extent(piece.key(), piece.ordinal(), piece.sizeBytes());
      if (!expected.remove(extent)) {
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
