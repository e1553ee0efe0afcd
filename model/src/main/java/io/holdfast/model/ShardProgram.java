package io.holdfast.model;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.kernel.Matrix;
import io.holdfast.model.layer.Layer;
import io.holdfast.model.layer.Layers;
import io.holdfast.model.layer.Pass;
import io.holdfast.model.layer.Signal;
import io.holdfast.model.layer.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The layers of one lane for one number of rows. */
final class ShardProgram {
  private final Matrix input;
  private final List<Layer> layers = new ArrayList<>();

  /** Of each layer, the position of its first weight, and one past the last layer's. */
  private final List<Integer> firstWeight = new ArrayList<>();

  /** The same among the trainable weights. */
  private final List<Integer> firstTrainable = new ArrayList<>();

  ShardProgram(Network network, int rows, Workspace workspace) {
    int size = Math.toIntExact(network.plan().input().elements());
    this.input = workspace.matrix("input", rows, 1, size);
    Signal signal = new Signal(input, Optional.empty());
    int weights = 0;
    int trainable = 0;
    List<LayerPlan> plans = network.plan().layers();
    for (LayerPlan plan : plans) {
      boolean last = plan.index() == plans.size() - 1;
      ActivationFunction function =
          last && network.lossTakesLogits()
              ? ActivationFunction.LINEAR
              : Layers.activationOf(plan.spec());
      Layer layer = Layers.build(plan, function, signal, rows, workspace);
      layers.add(layer);
      firstWeight.add(weights);
      firstTrainable.add(trainable);
      weights += plan.variables().size();
      trainable += (int) plan.variables().stream().filter(Variable::trainable).count();
      signal = layer.output();
    }
    firstWeight.add(weights);
    firstTrainable.add(trainable);
  }

  Matrix input() {
    return input;
  }

  Signal output() {
    return layers.get(layers.size() - 1).output();
  }

  void forward(Pass pass, List<Matrix> values) {
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).forward(pass, part(values, firstWeight, i));
    }
  }

  void backward(List<Matrix> values, List<Matrix> gradients, GradientListener listener) {
    for (int i = layers.size() - 1; i >= 0; i--) {
      layers.get(i).backward(part(values, firstWeight, i), part(gradients, firstTrainable, i));
      for (int v = firstTrainable.get(i + 1) - 1; v >= firstTrainable.get(i); v--) {
        listener.gradientReady(v);
      }
    }
  }

  private static List<Matrix> part(List<Matrix> all, List<Integer> first, int layer) {
    return all.subList(first.get(layer), first.get(layer + 1));
  }
}
