package io.holdfast.job.plan;

import io.holdfast.job.Initializer;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.ModelSpec;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import java.util.ArrayList;
import java.util.List;

/** Takes a sample's shape through the layers and lists what variables each has. */
final class LayerVariables {
  private int trainable;

  private LayerVariables() {}

  static List<LayerPlan> plan(ModelSpec model) {
    LayerVariables walk = new LayerVariables();
    List<LayerPlan> plans = new ArrayList<>();
    TensorShape shape = model.input();
    for (LayerSpec layer : model.layers()) {
      ShapeCheck check = LayerShapes.check(layer, shape);
      if (check instanceof ShapeCheck.Unfit unfit) {
        throw new IllegalArgumentException(layer.name() + ": " + unfit.reason());
      }
      TensorShape output = ((ShapeCheck.Fits) check).output();
      plans.add(new LayerPlan(plans.size(), layer, shape, output, walk.variables(layer, shape)));
      shape = output;
    }
    return plans;
  }

  private List<Variable> variables(LayerSpec layer, TensorShape input) {
    if (layer instanceof LayerSpec.Conv2D conv) {
      TensorShape kernel =
          TensorShape.of(conv.kernelHeight(), conv.kernelWidth(), input.dim(2), conv.filters());
      return weights(
          layer, kernel, conv.kernelInitializer(), conv.useBias(), conv.biasInitializer());
    }
    if (layer instanceof LayerSpec.Dense dense) {
      TensorShape kernel = TensorShape.of(input.dim(input.rank() - 1), dense.units());
      return weights(
          layer, kernel, dense.kernelInitializer(), dense.useBias(), dense.biasInitializer());
    }
    return List.of();
  }

  private List<Variable> weights(
      LayerSpec layer,
      TensorShape kernel,
      Initializer kernelInitializer,
      boolean useBias,
      Initializer biasInitializer) {
    List<Variable> weights = new ArrayList<>();
    weights.add(weight(layer, "kernel", kernel, kernelInitializer));
    if (useBias) {
      TensorShape bias = TensorShape.of(kernel.dim(kernel.rank() - 1));
      weights.add(weight(layer, "bias", bias, biasInitializer));
    }
    return weights;
  }

  private Variable weight(
      LayerSpec layer, String part, TensorShape shape, Initializer initializer) {
    return new Variable(
        KerasNames.weight(layer.name(), part),
        KerasNames.trainableKey(trainable++),
        DataType.FLOAT,
        shape,
        new Variable.Weight(layer.name(), part, initializer, true));
  }
}
