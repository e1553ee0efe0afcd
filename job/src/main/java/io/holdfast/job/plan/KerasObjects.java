package io.holdfast.job.plan;

import io.holdfast.storage.bundle.KerasGraph;
import io.holdfast.storage.bundle.KerasVariable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells TensorFlow which Keras objects a job's variables belong to. */
public final class KerasObjects {
  private KerasObjects() {}

  /** The serialized object graph of a job's checkpoints; the same for every step. */
  public static byte[] graph(ModelPlan plan) {
    return KerasGraph.encode(
        plan.layers().stream().map(KerasObjects::layer).toList(), Optional.of(optimizer(plan)));
  }

  private static KerasGraph.Layer layer(LayerPlan layer) {
    List<KerasGraph.Weight> weights = new ArrayList<>();
    for (Variable variable : layer.variables()) {
      if (variable.role() instanceof Variable.Weight weight) {
        weights.add(new KerasGraph.Weight(weight.part(), keras(variable), weight.trainable()));
      }
    }
    return new KerasGraph.Layer(layer.spec().name(), weights);
  }

  private static KerasGraph.Optimizer optimizer(ModelPlan plan) {
    Optional<KerasVariable> iterations = Optional.empty();
    Optional<KerasVariable> learningRate = Optional.empty();
    List<KerasGraph.Slot> slots = new ArrayList<>();
    for (Variable variable : plan.optimizerVariables()) {
      if (variable.role() instanceof Variable.Iterations) {
        iterations = Optional.of(keras(variable));
      } else if (variable.role() instanceof Variable.LearningRate) {
        learningRate = Optional.of(keras(variable));
      } else if (variable.role() instanceof Variable.Slot slot) {
        slots.add(new KerasGraph.Slot(list(slot.kind()), keras(variable)));
      }
    }
    return new KerasGraph.Optimizer(iterations.orElseThrow(), learningRate, slots);
  }

  /** The optimizer's attribute that lists these slots: {@code momentums}, {@code velocities}. */
  private static String list(Variable.SlotKind kind) {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return name.endsWith("y") ? name.substring(0, name.length() - 1) + "ies" : name + "s";
  }

  private static KerasVariable keras(Variable variable) {
    return new KerasVariable(variable.key(), variable.name());
  }
}
