package io.holdfast.job.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which member computes which logical shards: a pure function of their number, the members in order
 * and who computed what before. Numbers of shards differ by at most one. What members had stays
 * with them as far as that allows; what moves goes where it makes the fewest subtrees of the {@link
 * SumTree}, for a member sends one sum a subtree.
 */
public final class ShardAssignment {
  private final int shards;
  private final Map<String, TreeSet<Integer>> assigned = new LinkedHashMap<>();

  private ShardAssignment(int shards, List<String> members) {
    this.shards = shards;
    members.forEach(member -> assigned.put(member, new TreeSet<>()));
  }

  /**
   * The shards of each member, ascending.
   *
   * @param members in order, each once, at least one and at most as many as shards
   * @param before what each had, of members that may be gone
   */
  public static Map<String, List<Integer>> of(
      int shards, List<String> members, Map<String, List<Integer>> before) {
    if (members.isEmpty() || members.size() > shards) {
      throw new IllegalArgumentException(members.size() + " members for " + shards + " shards");
    }
    ShardAssignment assignment = new ShardAssignment(shards, members);
    assignment.keep(before);
    if (assignment.assigned.values().stream().allMatch(Set::isEmpty)) {
      assignment.startInRuns();
    }
    assignment.takeSurplus();
    assignment.placeRest();
    assignment.level();
    Map<String, List<Integer>> result = new LinkedHashMap<>();
    assignment.assigned.forEach((member, own) -> result.put(member, List.copyOf(own)));
    return Collections.unmodifiableMap(result);
  }

  private void keep(Map<String, List<Integer>> before) {
    assigned.forEach(
        (member, own) ->
            before.getOrDefault(member, List.of()).stream()
                .filter(shard -> shard < shards)
                .forEach(own::add));
  }

  /** From scratch: contiguous runs, which are whole subtrees where numbers allow. */
  private void startInRuns() {
    int number = 0;
    for (TreeSet<Integer> own : assigned.values()) {
      int from = number * shards / assigned.size();
      int to = (number + 1) * shards / assigned.size();
      for (int shard = from; shard < to; shard++) {
        own.add(shard);
      }
      number++;
    }
  }

  private int most() {
    return (shards + assigned.size() - 1) / assigned.size();
  }

  /** Nobody keeps more than the most that one may have. */
  private void takeSurplus() {
    for (TreeSet<Integer> own : assigned.values()) {
      while (own.size() > most()) {
        own.remove(cheapestToLose(own));
      }
    }
  }

  private void placeRest() {
    Set<Integer> placed = new TreeSet<>();
    assigned.values().forEach(placed::addAll);
    for (int shard = 0; shard < shards; shard++) {
      if (!placed.contains(shard)) {
        give(shard);
      }
    }
  }

  /** To one of those who have the fewest; among them where it makes the fewest subtrees. */
  private void give(int shard) {
    int fewest = assigned.values().stream().mapToInt(Set::size).min().orElseThrow();
    TreeSet<Integer> best = null;
    int bestGrowth = Integer.MAX_VALUE;
    for (TreeSet<Integer> own : assigned.values()) {
      int growth = spansWith(own, shard) - spans(own);
      if (own.size() == fewest && growth < bestGrowth) {
        best = own;
        bestGrowth = growth;
      }
    }
    best.add(shard);
  }

  /** From those who have more to those who have less, until they differ by one at most. */
  private void level() {
    List<TreeSet<Integer>> all = new ArrayList<>(assigned.values());
    while (true) {
      TreeSet<Integer> largest = all.get(0);
      TreeSet<Integer> smallest = all.get(0);
      for (TreeSet<Integer> own : all) {
        largest = own.size() > largest.size() ? own : largest;
        smallest = own.size() < smallest.size() ? own : smallest;
      }
      if (largest.size() - smallest.size() <= 1) {
        return;
      }
      int moved = cheapestToMove(largest, smallest);
      largest.remove(moved);
      smallest.add(moved);
    }
  }

  private int cheapestToLose(TreeSet<Integer> own) {
    return cheapestToMove(own, new TreeSet<>());
  }

  private int cheapestToMove(TreeSet<Integer> from, TreeSet<Integer> to) {
    int best = from.last();
    int bestSpans = Integer.MAX_VALUE;
    for (int shard : from.descendingSet()) {
      int after = spansWithout(from, shard) + spansWith(to, shard);
      if (after < bestSpans) {
        best = shard;
        bestSpans = after;
      }
    }
    return best;
  }

  private int spans(Set<Integer> own) {
    return SumTree.spans(shards, own).size();
  }

  private int spansWith(Set<Integer> own, int shard) {
    Set<Integer> more = new TreeSet<>(own);
    more.add(shard);
    return spans(more);
  }

  private int spansWithout(Set<Integer> own, int shard) {
    Set<Integer> fewer = new TreeSet<>(own);
    fewer.remove(shard);
    return spans(fewer);
  }
}
