package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.CoordinatorMessage.Member;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * How many workers the next round waits for, and what moves least.
 *
 * @param wanted members that the next round should have
 * @param sinceNanos when the first of them was ready; empty while nobody is, or a round is at work
 * @param before the round before: who owned and computed what
 * @param leaving workers that operators want to leave
 * @param spareNanos when a worker last became ready that the round has no place for yet
 * @param peerLosses rounds in a row that ended by a lost connection between two members
 */
public record Gathering(
    int wanted,
    OptionalLong sinceNanos,
    Optional<Round> before,
    Set<String> leaving,
    long spareNanos,
    int peerLosses) {
  public Gathering {
    Objects.requireNonNull(before);
    leaving = Collections.unmodifiableSet(new TreeSet<>(leaving));
  }

  static Gathering first(MembersRule rule) {
    return new Gathering(
        Math.max(rule.min(), rule.expected()),
        OptionalLong.empty(),
        Optional.empty(),
        Set.of(),
        0,
        0);
  }

  /**
   * Why the next round must wait for more workers than those that are ready; empty if it need not.
   */
  Optional<String> shortage(RunPlan plan, int ready, long nowNanos) {
    MembersRule rule = plan.members();
    int goal = Math.min(wanted, plan.maxMembers());
    if (ready >= goal && ready >= rule.min()) {
      return Optional.empty();
    }
    if (ready == 0) {
      return Optional.of("no worker is ready");
    }
    if (ready < rule.min()) {
      return Optional.of(ready + " of at least " + rule.min() + " workers are ready (min_workers)");
    }
    long waited = nowNanos - sinceNanos.orElse(nowNanos);
    return waited >= rule.replaceWait().toNanos()
        ? Optional.empty()
        : Optional.of(
            "%d of %d workers are ready; goes on without the others after %d s"
                .formatted(ready, goal, rule.replaceWait().toSeconds()));
  }

  /** Somebody is ready, and the time for the others runs. */
  Gathering since(long nanos) {
    return sinceNanos.isPresent()
        ? this
        : new Gathering(wanted, OptionalLong.of(nanos), before, leaving, spareNanos, peerLosses);
  }

  /** A round begins. */
  Gathering begun(Round round) {
    return new Gathering(
        wanted, OptionalLong.empty(), Optional.of(round), leaving, spareNanos, peerLosses);
  }

  /** The next round should have so many members. */
  Gathering wanting(int members) {
    return new Gathering(members, OptionalLong.empty(), before, leaving, spareNanos, peerLosses);
  }

  Gathering spareAt(long nanos) {
    return new Gathering(wanted, sinceNanos, before, leaving, nanos, peerLosses);
  }

  Gathering peerLost() {
    return new Gathering(wanted, sinceNanos, before, leaving, spareNanos, peerLosses + 1);
  }

  Gathering stepped() {
    return peerLosses == 0
        ? this
        : new Gathering(wanted, sinceNanos, before, leaving, spareNanos, 0);
  }

  /** One that the next round waits for will not come. */
  Gathering withoutOne() {
    return new Gathering(
        Math.max(1, wanted - 1), sinceNanos, before, leaving, spareNanos, peerLosses);
  }

  Gathering leaving(String workerId) {
    Set<String> more = new TreeSet<>(leaving);
    more.add(workerId);
    return new Gathering(wanted, sinceNanos, before, more, spareNanos, peerLosses);
  }

  Gathering left(String workerId) {
    Set<String> fewer = new TreeSet<>(leaving);
    fewer.remove(workerId);
    return new Gathering(wanted, sinceNanos, before, fewer, spareNanos, peerLosses);
  }

  /** What a worker computed in the round before. */
  List<Integer> shardsBefore(String workerId) {
    return before.stream()
        .flatMap(round -> round.members().stream())
        .filter(member -> member.workerId().equals(workerId))
        .map(Member::shards)
        .findAny()
        .orElse(List.of());
  }
}
