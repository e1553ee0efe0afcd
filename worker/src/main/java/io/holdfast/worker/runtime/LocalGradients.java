package io.holdfast.worker.runtime;

import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.ShardRows;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.plan.SumTree.Span;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.VariableBuffers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The gradient sums of the logical shards that are computed here: a buffer for each shard and
 * trainable variable, allocated when the shard is first computed here. Each buffer is written by
 * one lane, and read when its shard is done with the variable.
 */
final class LocalGradients {
  private final List<Variable> trainable;
  private final Map<Integer, VariableBuffers> byShard = new HashMap<>();
  private final Map<String, Integer> variableIndex = new HashMap<>();
  private final List<List<SliceGroup>> groups = new ArrayList<>();

  LocalGradients(ModelPlan plan, SlicePlan slices) {
    this.trainable = plan.trainableVariables();
    for (Variable variable : trainable) {
      variableIndex.put(variable.name(), variableIndex.size());
      groups.add(new ArrayList<>());
    }
    for (SliceGroup group : slices.groups()) {
      Integer variable = variableIndex.get(group.value().variable().name());
      if (variable != null) {
        groups.get(variable).add(group);
      }
    }
  }

  /** What is computed for a shard. */
  VariableBuffers of(int shard) {
    return byShard.get(shard);
  }

  /** Gives back the memory of shards that are no longer computed here. */
  void keep(List<Integer> shards) {
    byShard.keySet().retainAll(shards);
    shards.forEach(
        shard -> byShard.computeIfAbsent(shard, k -> VariableBuffers.allocate(trainable)));
  }

  /** The groups of slices that a trainable variable is cut into. */
  List<SliceGroup> groupsOf(int variable) {
    return groups.get(variable);
  }

  int variables() {
    return trainable.size();
  }

  /** The part of a shard's sum that belongs to a group; a new view each time. */
  ByteBuffer part(int shard, SliceGroup group) {
    int variable = variableIndex.get(group.value().variable().name());
    return StateBuffers.part(byShard.get(shard).buffers().get(variable), group.value());
  }

  /** As {@link #part}, if this shard is computed here and has rows. */
  Optional<FloatBuffer> leaf(Span leaf, SliceGroup group, int shards, int batchRows) {
    boolean here =
        byShard.containsKey(leaf.from()) && !ShardRows.of(leaf.from(), shards, batchRows).isEmpty();
    return here
        ? Optional.of(part(leaf.from(), group).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer())
        : Optional.empty();
  }
}
