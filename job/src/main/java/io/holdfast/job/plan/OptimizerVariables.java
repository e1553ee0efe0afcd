package io.holdfast.job.plan;

import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.plan.Variable.SlotKind;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import java.util.ArrayList;
import java.util.List;

/** An optimizer's variables in the order of Keras 3's {@code optimizer.variables}. */
final class OptimizerVariables {
  private OptimizerVariables() {}

  static List<Variable> of(OptimizerSpec optimizer, List<Variable> trainable) {
    String name = optimizer.kerasName();
    List<Variable> variables = new ArrayList<>();
    variables.add(
        new Variable(
            KerasNames.optimizer(name, "iteration"),
            KerasNames.optimizerScalarKey("iterations"),
            DataType.INT64,
            TensorShape.SCALAR,
            new Variable.Iterations()));
    variables.add(
        new Variable(
            KerasNames.optimizer(name, "learning_rate"),
            KerasNames.optimizerScalarKey("learning_rate"),
            DataType.FLOAT,
            TensorShape.SCALAR,
            new Variable.LearningRate(optimizer.learningRate())));
    addSlots(optimizer, trainable, variables);
    return variables;
  }

  /** RMSprop makes its slots list by list, all others weight by weight. */
  private static void addSlots(
      OptimizerSpec optimizer, List<Variable> trainable, List<Variable> variables) {
    if (optimizer instanceof OptimizerSpec.RmsProp) {
      for (SlotKind kind : slots(optimizer)) {
        trainable.forEach(w -> variables.add(slot(optimizer, w, kind, variables.size())));
      }
      return;
    }
    for (Variable weight : trainable) {
      slots(optimizer).forEach(k -> variables.add(slot(optimizer, weight, k, variables.size())));
    }
  }

  private static Variable slot(
      OptimizerSpec optimizer, Variable weight, SlotKind kind, int number) {
    return new Variable(
        KerasNames.slot(optimizer.kerasName(), weight.name(), kind),
        KerasNames.slotKey(number),
        weight.dtype(),
        weight.shape(),
        new Variable.Slot(weight.name(), kind, initial(optimizer)));
  }

  private static double initial(OptimizerSpec optimizer) {
    return optimizer instanceof OptimizerSpec.Adagrad adagrad
        ? adagrad.initialAccumulatorValue()
        : 0;
  }

  private static List<SlotKind> slots(OptimizerSpec optimizer) {
    if (optimizer instanceof OptimizerSpec.Sgd sgd) {
      return sgd.momentum() > 0 ? List.of(SlotKind.MOMENTUM) : List.of();
    }
    if (optimizer instanceof OptimizerSpec.RmsProp rmsProp) {
      return slots(rmsProp);
    }
    if (optimizer instanceof OptimizerSpec.Adagrad) {
      return List.of(SlotKind.ACCUMULATOR);
    }
    return List.of(SlotKind.MOMENTUM, SlotKind.VELOCITY);
  }

  private static List<SlotKind> slots(OptimizerSpec.RmsProp rmsProp) {
    List<SlotKind> kinds = new ArrayList<>();
    kinds.add(SlotKind.VELOCITY);
    if (rmsProp.momentum() > 0) {
      kinds.add(SlotKind.MOMENTUM);
    }
    if (rmsProp.centered()) {
      kinds.add(SlotKind.AVERAGE_GRADIENT);
    }
    return kinds;
  }
}
