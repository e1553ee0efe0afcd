package io.holdfast.worker.runtime;

import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SumTree.Span;
import io.holdfast.worker.exchange.StepTargets;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What has come for one step, from this worker's own shards and from others: when all parts of an
 * owned group's gradient are there the group is ready to be updated, and when all values of the
 * others' groups are there the step is done. Nothing is taken twice, or from one who does not own
 * it. Safe for use by several threads; those that wait are woken when the round is over.
 */
final class StepArrivals implements StepTargets {
  private final RoundLayout layout;
  private final int batchRows;
  private final StateBuffers next;
  private final GradientParts parts;
  private final Map<Integer, Integer> missingParts = new HashMap<>();
  private final Set<Part> begunParts = new HashSet<>();
  private final Set<Integer> begunValues = new HashSet<>();
  private final Deque<Integer> ready = new ArrayDeque<>();
  private int groupsToTake;
  private int missingValues;
  private long waitNanos;
  private boolean over;

  /** Tells one sum of a group's from another. */
  private record Part(int group, Span span) {}

  /**
   * @param batchRows of the step's global batch
   * @param next where new values go
   */
  StepArrivals(RoundLayout layout, int batchRows, StateBuffers next, GradientParts parts) {
    this.layout = layout;
    this.batchRows = batchRows;
    this.next = next;
    this.parts = parts;
    int all = 0;
    for (int member = 0; member < layout.members().size(); member++) {
      for (Span span : layout.spans(member)) {
        all += layout.hasRows(span, batchRows) ? 1 : 0;
      }
    }
    for (SliceGroup group : layout.owned()) {
      if (layout.isTrainable(group.index())) {
        missingParts.put(group.index(), all);
      }
    }
    groupsToTake = missingParts.size();
    missingValues = trainableGroups() - groupsToTake;
  }

  private int trainableGroups() {
    int count = 0;
    for (int group = 0; layout.isGroup(group); group++) {
      count += layout.isTrainable(group) ? 1 : 0;
    }
    return count;
  }

  @Override
  public synchronized Optional<ByteBuffer> gradient(int group, Span span, int fromMember) {
    boolean expected =
        layout.isTrainable(group)
            && layout.isMine(group)
            && layout.spans(fromMember).contains(span)
            && layout.hasRows(span, batchRows)
            && begunParts.add(new Part(group, span));
    return expected ? parts.of(group, span) : Optional.empty();
  }

  @Override
  public synchronized Optional<ByteBuffer> value(int group, int fromMember) {
    boolean expected =
        layout.isTrainable(group) && layout.owner(group) == fromMember && begunValues.add(group);
    return expected ? Optional.of(next.value(layout.group(group))) : Optional.empty();
  }

  @Override
  public void gradientReceived(int group, Span span) {
    partReady(group);
  }

  /** One more part of an owned group's gradient stands. */
  synchronized void partReady(int group) {
    if (missingParts.merge(group, -1, Integer::sum) == 0) {
      ready.add(group);
      notifyAll();
    }
  }

  @Override
  public synchronized void valueReceived(int group) {
    missingValues--;
    if (missingValues == 0) {
      notifyAll();
    }
  }

  @Override
  public synchronized void over() {
    over = true;
    notifyAll();
  }

  /**
   * An owned group whose gradient is complete; waits for one. Empty once all were taken.
   *
   * @throws CancelledException if the round is over
   */
  synchronized OptionalInt takeReady() throws InterruptedException {
    long from = System.nanoTime();
    while (ready.isEmpty() && groupsToTake > 0 && !over) {
      wait();
    }
    waitNanos += System.nanoTime() - from;
    requireRound();
    if (groupsToTake == 0) {
      return OptionalInt.empty();
    }
    groupsToTake--;
    if (groupsToTake == 0) {
      notifyAll();
    }
    return OptionalInt.of(ready.remove());
  }

  /**
   * Waits for the values of all groups of others.
   *
   * @throws CancelledException if the round is over
   */
  synchronized void awaitValues() throws InterruptedException {
    long from = System.nanoTime();
    while (missingValues > 0 && !over) {
      wait();
    }
    waitNanos += System.nanoTime() - from;
    requireRound();
  }

  private void requireRound() {
    if (over) {
      throw new CancelledException();
    }
  }

  /** Time that threads of this step spent waiting for other workers, all together. */
  synchronized long waitNanos() {
    return waitNanos;
  }
}
