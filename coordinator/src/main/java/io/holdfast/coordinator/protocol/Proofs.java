package io.holdfast.coordinator.protocol;

import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.protocol.WorkerMessage.Restored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a member holds what it should: the bytes of the checkpoint, and those of the others. */
final class Proofs {
  private Proofs() {}

  /** What is wrong with what a member says that it holds; empty if nothing. */
  static Optional<String> doubt(RunPlan plan, Round round, String workerId, Restored proof) {
    List<SliceGroup> groups = plan.groups();
    List<Integer> owned = round.owned(workerId);
    int slots = owned.stream().mapToInt(group -> groups.get(group).slots().size()).sum();
    if (proof.values().size() != groups.size() || proof.slots().size() != slots) {
      return Optional.of(
          "%d values and %d slots for %d and %d"
              .formatted(proof.values().size(), proof.slots().size(), groups.size(), slots));
    }
    Optional<String> differing =
        round.source().flatMap(source -> differing(groups, owned, source, proof));
    return differing.isPresent() ? differing : differing(groups, round.restored(), proof);
  }

  /** The first slice that is not the checkpoint's. */
  private static Optional<String> differing(
      List<SliceGroup> groups, List<Integer> owned, Checkpoint source, Restored proof) {
    if (source.checksums().isEmpty()) {
      return Optional.empty();
    }
    List<List<Integer>> expected = source.checksums().get();
    for (int group = 0; group < groups.size(); group++) {
      if (!expected.get(group).get(0).equals(proof.values().get(group))) {
        return Optional.of(groups.get(group).value() + " is not that of " + source.prefix());
      }
    }
    List<Slice> slots = new ArrayList<>();
    List<Integer> expectedSlots = new ArrayList<>();
    for (int group : owned) {
      slots.addAll(groups.get(group).slots());
      expectedSlots.addAll(expected.get(group).subList(1, expected.get(group).size()));
    }
    for (int slot = 0; slot < slots.size(); slot++) {
      if (!expectedSlots.get(slot).equals(proof.slots().get(slot))) {
        return Optional.of(slots.get(slot) + " is not that of " + source.prefix());
      }
    }
    return Optional.empty();
  }

  /** The first value that another member has otherwise. */
  private static Optional<String> differing(
      List<SliceGroup> groups, Map<String, Restored> others, Restored proof) {
    for (Map.Entry<String, Restored> other : others.entrySet()) {
      for (int group = 0; group < groups.size(); group++) {
        if (!other.getValue().values().get(group).equals(proof.values().get(group))) {
          return Optional.of(
              groups.get(group).value() + " is not that of worker " + other.getKey());
        }
      }
    }
    return Optional.empty();
  }
}
