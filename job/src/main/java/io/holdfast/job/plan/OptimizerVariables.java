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
    for (Variable weight : trainable) {
      for (SlotKind kind : slots(optimizer)) {
        variables.add(slot(name, weight, kind, variables.size()));
      }
    }
    return variables;
  }

  private static Variable slot(String optimizer, Variable weight, SlotKind kind, int number) {
    return new Variable(
        KerasNames.slot(optimizer, weight.name(), kind),
        KerasNames.slotKey(number),
        weight.dtype(),
        weight.shape(),
        new Variable.Slot(weight.name(), kind));
  }

  private static List<SlotKind> slots(OptimizerSpec optimizer) {
    if (optimizer instanceof OptimizerSpec.Sgd sgd) {
      return sgd.momentum() > 0 ? List.of(SlotKind.MOMENTUM) : List.of();
    }
    return List.of(SlotKind.MOMENTUM, SlotKind.VELOCITY);
  }
}
