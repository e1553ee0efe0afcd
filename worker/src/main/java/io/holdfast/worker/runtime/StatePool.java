package io.holdfast.worker.runtime;

import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.SliceGroup;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A bounded number of whole states in memory. The newest one is only read; a step writes the next
 * one beside it, and a save keeps what it was handed until its file is durable. So nothing is
 * copied and nothing can tear.
 */
final class StatePool {

  /** The newest state, the one before it or the next one, and one that a save holds. */
  static final int STATES = 3;

  private final Deque<StateBuffers> free = new ArrayDeque<>();
  private final Map<StateBuffers, Integer> holds = new HashMap<>();

  StatePool(ModelPlan plan, BufferPool buffers) {
    for (int i = 0; i < STATES; i++) {
      free.add(new StateBuffers(plan, buffers));
    }
  }

  /** A free state with room for the slots of these groups, held once. */
  synchronized StateBuffers take(List<SliceGroup> owned) {
    StateBuffers state = free.poll();
    if (state == null) {
      throw new IllegalStateException(
          "all " + STATES + " states are in use: the barrier let a step pass");
    }
    state.own(owned);
    holds.put(state, 1);
    return state;
  }

  /** Holds a state once more. */
  synchronized void hold(StateBuffers state) {
    holds.merge(state, 1, Integer::sum);
  }

  /** Ends one hold; the last one frees the state. */
  synchronized void release(StateBuffers state) {
    if (holds.merge(state, -1, Integer::sum) == 0) {
      holds.remove(state);
      free.add(state);
    }
  }
}
