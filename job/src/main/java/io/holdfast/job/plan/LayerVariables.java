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
      plans.add(
          new LayerPlan(
              plans.size(), layer, shape, output, walk.variables(plans.size(), layer, shape)));
      shape = output;
    }
    return plans;
  }

  private List<Variable> variables(int index, LayerSpec layer, TensorShape input) {
    if (layer instanceof LayerSpec.Conv2D conv) {
      return weights(
          index,
          conv,
          TensorShape.of(conv.kernelHeight(), conv.kernelWidth(), input.dim(2), conv.filters()));
    }
    if (layer instanceof LayerSpec.Dense dense) {
      return weights(index, dense, TensorShape.of(input.dim(input.rank() - 1), dense.units()));
    }
    return List.of();
  }

  private List<Variable> weights(int index, LayerSpec.Weighted layer, TensorShape kernel) {
    List<Variable> weights = new ArrayList<>();
    weights.add(weight(index, layer, "kernel", kernel, layer.kernelInitializer()));
    if (layer.useBias()) {
      TensorShape bias = TensorShape.of(kernel.dim(kernel.rank() - 1));
      weights.add(weight(index, layer, "bias", bias, layer.biasInitializer()));
    }
    return weights;
  }

  private Variable weight(
      int index,
      LayerSpec.Weighted layer,
      String part,
      TensorShape shape,
      Initializer initializer) {
    return new Variable(
        KerasNames.weight(layer.name(), part),
        layer.trainable()
            ? KerasNames.trainableKey(trainable++)
            : KerasNames.frozenKey(index, part),
        DataType.FLOAT,
        shape,
        new Variable.Weight(layer.name(), part, initializer, layer.trainable()));
  }
}
