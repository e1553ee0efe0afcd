package io.holdfast.worker.runtime;

import io.holdfast.job.plan.ShardRows;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.plan.SumTree;
import io.holdfast.job.plan.SumTree.Span;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.worker.exchange.RoundMembers;
import java.util.List;
import java.util.TreeSet;

/**
 * Who owns which group of slices in a round, and who computes which logical shards: what a member
 * sends to whom, and what it may expect from whom. Immutable.
 */
final class RoundLayout {
  private final RoundMembers members;
  private final SlicePlan slices;
  private final int shards;
  private final int[] owners;
  private final List<SliceGroup> owned;
  private final List<List<Span>> spans;

  /**
   * @param owners worker id by group
   * @param shards logical shards of the job
   */
  RoundLayout(RoundMembers members, List<String> owners, SlicePlan slices, int shards) {
    this.members = members;
    this.slices = slices;
    this.shards = shards;
    this.owners = owners.stream().mapToInt(members::number).toArray();
    this.owned = slices.groups().stream().filter(group -> isMine(group.index())).toList();
    this.spans =
        members.members().stream()
            .map((Member member) -> SumTree.spans(shards, new TreeSet<>(member.shards())))
            .toList();
  }

  RoundMembers members() {
    return members;
  }

  int shards() {
    return shards;
  }

  /** The whole tree. */
  Span root() {
    return new Span(0, shards);
  }

  /** Logical shards that this member computes, ascending. */
  List<Integer> myShards() {
    return members.members().get(members.me()).shards();
  }

  /** Groups of slices that this member owns, ascending. */
  List<SliceGroup> owned() {
    return owned;
  }

  /** Number of the member that owns a group. */
  int owner(int group) {
    return owners[group];
  }

  boolean isMine(int group) {
    return owners[group] == members.me();
  }

  /** Whether the job has a group of that number, which may come from the network. */
  boolean isGroup(int group) {
    return group >= 0 && group < owners.length;
  }

  /** Whether that is a group which each step updates. */
  boolean isTrainable(int group) {
    return isGroup(group) && slices.group(group).value().variable().trainable();
  }

  SliceGroup group(int index) {
    return slices.group(index);
  }

  /** The largest subtrees that a member computes alone, from left to right. */
  List<Span> spans(int member) {
    return spans.get(member);
  }

  /** The subtree of this member's that a logical shard of its own lies in. */
  Span mySpan(int shard) {
    return spans(members.me()).stream()
        .filter(span -> span.from() <= shard && shard < span.to())
        .findAny()
        .orElseThrow(
            () -> new IllegalArgumentException("shard " + shard + " is not computed here"));
  }

  /** Whether any shard of a subtree has rows in a batch of so many. */
  boolean hasRows(Span span, int batchRows) {
    for (int shard = span.from(); shard < span.to(); shard++) {
      if (!ShardRows.of(shard, shards, batchRows).isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
