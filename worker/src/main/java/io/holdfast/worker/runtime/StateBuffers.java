package io.holdfast.worker.runtime;

import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.VariableBuffers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One state of the run in memory, in direct, little-endian buffers in Keras's layout, as it goes
 * into a checkpoint: the values of all variables whole, the optimizer's slots of the owned groups
 * of slices alone. Frozen weights are the same memory in all states that come from one another.
 * Identity matters, not content.
 */
final class StateBuffers {
  private final ModelPlan plan;
  private final BufferPool buffers;
  private final Map<String, ByteBuffer> values = new HashMap<>();
  private final Map<Integer, List<ByteBuffer>> slots = new HashMap<>();
  private VariableBuffers frozen = new VariableBuffers(List.of(), List.of());
  private VariableBuffers weights = frozen;

  /** A state without frozen weights: {@link #renewFrozen} or {@link #shareFrozen} comes first. */
  StateBuffers(ModelPlan plan, BufferPool buffers) {
    this.plan = plan;
    this.buffers = buffers;
    hold(
        VariableBuffers.allocate(
            plan.variables().stream()
                .filter(v -> !(v.role() instanceof Variable.Slot) && !v.frozen())
                .toList()));
  }

  private void hold(VariableBuffers some) {
    for (int i = 0; i < some.variables().size(); i++) {
      values.put(some.variables().get(i).name(), some.buffers().get(i));
    }
  }

  /** Memory of its own for the frozen weights; other states, which may be read, keep theirs. */
  void renewFrozen() {
    setFrozen(
        VariableBuffers.allocate(plan.variables().stream().filter(Variable::frozen).toList()));
  }

  /** Takes over the frozen weights of the state before, which nobody writes any more. */
  void shareFrozen(StateBuffers before) {
    if (frozen != before.frozen) {
      setFrozen(before.frozen);
    }
  }

  private void setFrozen(VariableBuffers shared) {
    frozen = shared;
    hold(shared);
    List<Variable> all = plan.weights();
    weights = new VariableBuffers(all, all.stream().map(v -> values.get(v.name())).toList());
  }

  /** Gives this state room for the slots of these groups, and of no others. */
  void own(List<SliceGroup> owned) {
    List<Integer> indices = owned.stream().map(SliceGroup::index).toList();
    for (Integer group : List.copyOf(slots.keySet())) {
      if (!indices.contains(group)) {
        slots.remove(group).forEach(buffers::give);
      }
    }
    for (SliceGroup group : owned) {
      slots.computeIfAbsent(
          group.index(),
          index ->
              group.slots().stream()
                  .map(slot -> buffers.take(Math.toIntExact(slot.bytes())))
                  .toList());
    }
  }

  /** What the kernels read. */
  VariableBuffers weights() {
    return weights;
  }

  /** The bytes of a group's value; a new view each time. */
  ByteBuffer value(SliceGroup group) {
    return part(values.get(group.value().variable().name()), group.value());
  }

  /** The bytes of a slot of an owned group; a new view each time. */
  ByteBuffer slot(SliceGroup group, int slot) {
    return slots.get(group.index()).get(slot).duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A group's value; a new view each time. */
  FloatBuffer floats(SliceGroup group) {
    return value(group).asFloatBuffer();
  }

  /** The slots of an owned group; new views each time. */
  List<FloatBuffer> slotFloats(SliceGroup group) {
    return slots.get(group.index()).stream()
        .map(slot -> slot.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer())
        .toList();
  }

  /** The block of a variable's bytes that a slice is. */
  static ByteBuffer part(ByteBuffer variable, Slice slice) {
    int itemBytes = slice.variable().dtype().bytes();
    int from = Math.toIntExact(slice.offset() * itemBytes);
    return variable.slice(from, Math.toIntExact(slice.bytes())).order(ByteOrder.LITTLE_ENDIAN);
  }
}
