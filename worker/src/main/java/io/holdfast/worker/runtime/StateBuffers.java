package io.holdfast.worker.runtime;

import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.VariableBuffers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One whole state of the run in memory: for each variable of the plan a direct, little-endian
 * buffer in Keras's layout, as it goes into a checkpoint. Identity matters, not content.
 */
final class StateBuffers {
  private final Map<String, ByteBuffer> byName = new HashMap<>();
  private final VariableBuffers trainable;

  private StateBuffers(ModelPlan plan) {
    VariableBuffers all = VariableBuffers.allocate(plan.variables());
    for (int i = 0; i < plan.variables().size(); i++) {
      byName.put(plan.variables().get(i).name(), all.buffers().get(i));
    }
    List<Variable> weights = plan.trainableVariables();
    this.trainable =
        new VariableBuffers(weights, weights.stream().map(v -> byName.get(v.name())).toList());
  }

  static StateBuffers allocate(ModelPlan plan) {
    return new StateBuffers(plan);
  }

  /** What the kernels read. */
  VariableBuffers trainable() {
    return trainable;
  }

  /** A variable's bytes; a new view each time. */
  ByteBuffer bytes(Variable variable) {
    return byName.get(variable.name()).duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A slice's bytes; a new view each time. */
  ByteBuffer bytes(Slice slice) {
    return part(byName.get(slice.variable().name()), slice);
  }

  /** A slice's values; a new view each time. */
  FloatBuffer floats(Slice slice) {
    return bytes(slice).asFloatBuffer();
  }

  /** The block of a variable's bytes that a slice is. */
  static ByteBuffer part(ByteBuffer variable, Slice slice) {
    int itemBytes = slice.variable().dtype().bytes();
    int from = Math.toIntExact(slice.offset() * itemBytes);
    return variable.slice(from, Math.toIntExact(slice.bytes())).order(ByteOrder.LITTLE_ENDIAN);
  }
}
