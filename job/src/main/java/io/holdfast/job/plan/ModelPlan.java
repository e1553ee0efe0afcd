package io.holdfast.job.plan;

import io.holdfast.job.Job;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.storage.bundle.TensorShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A job's layers with their shapes, and the list of all variables of its state in one order: the
 * layers' variables from the first layer to the last, then the optimizer's in Keras's order
 * (iterations, learning rate, then the slots).
 */
public final class ModelPlan {
  private final List<LayerPlan> layers;
  private final List<Variable> optimizerVariables;
  private final List<Variable> variables;
  private final Map<String, Variable> byName = new HashMap<>();

  private ModelPlan(List<LayerPlan> layers, List<Variable> optimizerVariables) {
    this.layers = List.copyOf(layers);
    this.optimizerVariables = List.copyOf(optimizerVariables);
    List<Variable> all = new ArrayList<>();
    layers.forEach(layer -> all.addAll(layer.variables()));
    all.addAll(optimizerVariables);
    this.variables = List.copyOf(all);
    for (Variable variable : variables) {
      if (byName.put(variable.name(), variable) != null) {
        throw new IllegalStateException("two variables are named " + variable.name());
      }
    }
  }

  /** The plan of a job that was found good. */
  public static ModelPlan of(Job job) {
    return of(job.model(), job.optimizer());
  }

  /**
   * The plan of a model with an optimizer.
   *
   * @throws IllegalArgumentException if a layer cannot take its input's shape
   */
  public static ModelPlan of(ModelSpec model, OptimizerSpec optimizer) {
    List<LayerPlan> layers = LayerVariables.plan(model);
    List<Variable> trainable =
        layers.stream()
            .flatMap(layer -> layer.variables().stream())
            .filter(Variable::trainable)
            .toList();
    return new ModelPlan(layers, OptimizerVariables.of(optimizer, trainable));
  }

  /** First to last. */
  public List<LayerPlan> layers() {
    return layers;
  }

  /** Shape of one sample, without the batch. */
  public TensorShape input() {
    return layers.get(0).input();
  }

  /** Shape of the model's output for one sample. */
  public TensorShape output() {
    return layers.get(layers.size() - 1).output();
  }

  /** The whole state, in its one order. */
  public List<Variable> variables() {
    return variables;
  }

  /** The weights of all layers, trainable or frozen, in Keras's order. */
  public List<Variable> weights() {
    return variables.stream().filter(v -> v.role() instanceof Variable.Weight).toList();
  }

  /** Weights that the optimizer changes, in Keras's order. */
  public List<Variable> trainableVariables() {
    return variables.stream().filter(Variable::trainable).toList();
  }

  /** Iterations, learning rate, then slots: Keras's {@code optimizer.variables}. */
  public List<Variable> optimizerVariables() {
    return optimizerVariables;
  }

  /** The slots of a weight, in Keras's order; empty for anything else. */
  public List<Variable> slotsOf(Variable weight) {
    return optimizerVariables.stream()
        .filter(v -> v.role() instanceof Variable.Slot slot && slot.of().equals(weight.name()))
        .toList();
  }

  /**
   * The variable of that name.
   *
   * @throws IllegalArgumentException if the job has none
   */
  public Variable variable(String name) {
    Variable variable = byName.get(name);
    if (variable == null) {
      throw new IllegalArgumentException("the job has no variable " + name);
    }
    return variable;
  }
}
