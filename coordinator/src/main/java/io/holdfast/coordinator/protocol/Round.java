package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage.Restored;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The members at work, what they own and where their state came from.
 *
 * @param owners worker id by group of slices
 * @param source the checkpoint that they load; none for initial values
 * @param restored what the members said that hold the state of the source, by worker
 */
public record Round(
    Generation generation,
    List<Member> members,
    List<String> owners,
    Optional<Checkpoint> source,
    Map<String, Restored> restored) {
  public Round {
    members = List.copyOf(members);
    owners = List.copyOf(owners);
    restored = Collections.unmodifiableMap(new TreeMap<>(restored));
  }

  /** Prefixes of checkpoints that members may be loading. */
  Set<String> inUse() {
    return source.map(Checkpoint::prefix).map(Set::of).orElse(Set.of());
  }

  /** The step of the state that the round starts from. */
  long startStep() {
    return source.map(Checkpoint::step).orElse(0L);
  }

  /** Groups of slices that a worker owns, ascending. */
  List<Integer> owned(String workerId) {
    return IntStream.range(0, owners.size())
        .filter(group -> owners.get(group).equals(workerId))
        .boxed()
        .toList();
  }

  boolean has(String workerId) {
    return members.stream().anyMatch(member -> member.workerId().equals(workerId));
  }

  Round withRestored(String workerId, Restored proof) {
    Map<String, Restored> more = new TreeMap<>(restored);
    more.put(workerId, proof);
    return new Round(generation, members, owners, source, more);
  }

  boolean allRestored() {
    return restored.size() == members.size();
  }
}
