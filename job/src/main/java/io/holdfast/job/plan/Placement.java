package io.holdfast.job.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Who owns which slice (with its slots): a pure function of the slices, the members in order and
 * the placement before. Loads of any two members differ by at most the largest group's bytes. From
 * such a placement, a member that leaves moves nothing but what it owned, and one that joins only
 * receives.
 *
 * @param members in order, each once, at least one
 * @param owners the owner of each group, by its index
 */
public record Placement(List<String> members, List<String> owners) {

  public Placement {
    members = List.copyOf(members);
    owners = List.copyOf(owners);
    if (members.isEmpty() || new HashSet<>(members).size() != members.size()) {
      throw new IllegalArgumentException("members must be at least one and differ: " + members);
    }
    if (!new HashSet<>(members).containsAll(owners)) {
      throw new IllegalArgumentException("an owner is no member");
    }
  }

  /** The placement of all groups on {@code members}, moving as few bytes as it can. */
  public static Placement of(
      List<SliceGroup> groups, List<String> members, Optional<Placement> previous) {
    if (previous.isPresent() && previous.get().owners.size() != groups.size()) {
      throw new IllegalArgumentException("the placement before is of other slices");
    }
    long[] bytes = groups.stream().mapToLong(SliceGroup::bytes).toArray();
    Balance balance = new Balance(bytes, members);
    previous.ifPresent(before -> balance.keep(before.owners));
    balance.placeRest();
    balance.level();
    return new Placement(members, balance.owners());
  }

  public String ownerOf(int group) {
    return owners.get(group);
  }

  /** Indices of the groups that {@code member} owns, ascending. */
  public List<Integer> ownedBy(String member) {
    return IntStream.range(0, owners.size())
        .filter(group -> owners.get(group).equals(member))
        .boxed()
        .toList();
  }

  /** Indices of the groups that have another owner here than in {@code before}, ascending. */
  public List<Integer> movedSince(Placement before) {
    return IntStream.range(0, owners.size())
        .filter(group -> !owners.get(group).equals(before.owners.get(group)))
        .boxed()
        .toList();
  }

  /** Loads while a placement is worked out; members are numbers in their order. */
  private static final class Balance {
    private static final int NOBODY = -1;

    private final long[] bytes;
    private final List<String> members;
    private final int[] owner;
    private final long[] load;

    Balance(long[] bytes, List<String> members) {
      this.bytes = bytes;
      this.members = members;
      this.owner = new int[bytes.length];
      this.load = new long[members.size()];
      java.util.Arrays.fill(owner, NOBODY);
    }

    void keep(List<String> before) {
      Map<String, Integer> numbers = new HashMap<>();
      members.forEach(member -> numbers.put(member, numbers.size()));
      for (int group = 0; group < owner.length; group++) {
        Integer member = numbers.get(before.get(group));
        if (member != null) {
          give(group, member);
        }
      }
    }

    /** The largest first, each to the least loaded. */
    void placeRest() {
      IntStream.range(0, owner.length)
          .filter(group -> owner[group] == NOBODY)
          .boxed()
          .sorted(Comparator.comparingLong((Integer group) -> -bytes[group]))
          .forEach(group -> give(group, least()));
    }

    /**
     * From the most to the least loaded until they differ by at most the largest group. Each move
     * is of less than their difference, so it brings the two nearer and this ends.
     */
    void level() {
      long largest = java.util.Arrays.stream(bytes).max().orElse(0);
      while (load[most()] - load[least()] > largest) {
        int from = most();
        int to = least();
        give(choose(from, load[from] - load[to]), to);
      }
    }

    /** The largest group that does not overshoot the middle of the gap, else the smallest. */
    private int choose(int from, long gap) {
      int best = NOBODY;
      for (int group = 0; group < owner.length; group++) {
        if (owner[group] == from
            && bytes[group] > 0
            && (best == NOBODY || better(group, best, gap))) {
          best = group;
        }
      }
      if (best == NOBODY) {
        throw new IllegalStateException("the most loaded member owns nothing");
      }
      return best;
    }

    private boolean better(int group, int best, long gap) {
      boolean groupFits = bytes[group] <= gap / 2;
      boolean bestFits = bytes[best] <= gap / 2;
      if (groupFits != bestFits) {
        return groupFits;
      }
      return groupFits ? bytes[group] > bytes[best] : bytes[group] < bytes[best];
    }

    private void give(int group, int member) {
      if (owner[group] != NOBODY) {
        load[owner[group]] -= bytes[group];
      }
      owner[group] = member;
      load[member] += bytes[group];
    }

    private int least() {
      int least = 0;
      for (int member = 1; member < load.length; member++) {
        least = load[member] < load[least] ? member : least;
      }
      return least;
    }

    private int most() {
      int most = 0;
      for (int member = 1; member < load.length; member++) {
        most = load[member] > load[most] ? member : most;
      }
      return most;
    }

    List<String> owners() {
      List<String> owners = new ArrayList<>();
      for (int member : owner) {
        owners.add(members.get(member));
      }
      return owners;
    }
  }
}
