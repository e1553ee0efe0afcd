package io.holdfast.model.layer;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.plan.LayerPlan;

/** Builds layers from what a job states. */
public final class Layers {
  private Layers() {}

  /** The activation of a layer; empty specs (pooling, dropout, shapes) are linear. */
  public static ActivationFunction activationOf(LayerSpec spec) {
    if (spec instanceof LayerSpec.Dense dense) {
      return dense.activation();
    }
    if (spec instanceof LayerSpec.Conv2D conv) {
      return conv.activation();
    }
    if (spec instanceof LayerSpec.Activation activation) {
      return activation.function();
    }
    return ActivationFunction.LINEAR;
  }

  /**
   * A layer over {@code rows} samples.
   *
   * @param function in place of the layer's own activation: a loss may want what stands before it
   */
  public static Layer build(
      LayerPlan plan, ActivationFunction function, Signal input, int rows, Workspace workspace) {
    LayerSpec spec = plan.spec();
    if (spec instanceof LayerSpec.Dense) {
      return new DenseLayer(plan, function, input, rows, workspace);
    }
    if (spec instanceof LayerSpec.Conv2D) {
      return new Conv2DLayer(plan, function, input, rows, workspace);
    }
    if (spec instanceof LayerSpec.MaxPooling2D) {
      return new MaxPooling2DLayer(plan, input, rows, workspace);
    }
    if (spec instanceof LayerSpec.Dropout) {
      return new DropoutLayer(plan, input, rows, workspace);
    }
    if (spec instanceof LayerSpec.Activation) {
      return new ActivationLayer(plan, function, input, rows, workspace);
    }
    if (spec instanceof LayerSpec.AveragePooling2D) {
      return new AveragePooling2DLayer(plan, input, rows, workspace);
    }
    if (spec instanceof LayerSpec.GlobalAveragePooling2D) {
      return new GlobalAveragePooling2DLayer(plan, input, rows, workspace);
    }
    if (spec instanceof LayerSpec.Flatten || spec instanceof LayerSpec.Reshape) {
      return new ReshapeLayer(input);
    }
    throw new IllegalStateException("no kernel for layer " + spec);
  }
}
