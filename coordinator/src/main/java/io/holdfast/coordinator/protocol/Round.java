package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.Generation;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The members at work, what they own and where their state came from.
 *
 * @param owners worker id by group of slices
 * @param source the checkpoint that they load; none for initial values
 * @param restored the members that hold the state of the source
 */
public record Round(
    Generation generation,
    List<Member> members,
    List<String> owners,
    Optional<Checkpoint> source,
    Set<String> restored) {
  public Round {
    members = List.copyOf(members);
    owners = List.copyOf(owners);
    restored = Collections.unmodifiableSet(new TreeSet<>(restored));
  }

  /** The step of the state that the round starts from. */
  long startStep() {
    return source.map(Checkpoint::step).orElse(0L);
  }

  boolean has(String workerId) {
    return members.stream().anyMatch(member -> member.workerId().equals(workerId));
  }

  Round withRestored(String workerId) {
    Set<String> more = new TreeSet<>(restored);
    more.add(workerId);
    return new Round(generation, members, owners, source, more);
  }

  boolean allRestored() {
    return restored.size() == members.size();
  }
}
