package io.holdfast.model.layer;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Kernels;
import io.holdfast.model.kernel.Matrix;
import java.util.List;
import java.util.Optional;

/** {@code activation(x * kernel + bias)} over the last dimension. */
final class DenseLayer implements Layer {
  private final Signal output;
  private final Matrix input;
  private final Optional<Matrix> inputGradient;
  private final Matrix value;
  private final Optional<Matrix> gradient;
  private final ActivationKernel activation;
  private final Bias bias;

  DenseLayer(
      LayerPlan plan, ActivationFunction function, Signal input, int rows, Workspace workspace) {
    LayerSpec.Dense spec = (LayerSpec.Dense) plan.spec();
    int inputs = Math.toIntExact(plan.input().dim(plan.input().rank() - 1));
    int positions = Math.toIntExact(plan.input().elements() / inputs);
    this.output =
        Signals.of(plan, rows, workspace, plan.trainable() || input.gradient().isPresent());
    this.input = input.value().view(rows * positions, inputs);
    this.inputGradient = input.gradient().map(g -> g.view(rows * positions, inputs));
    this.value = output.value().view(rows * positions, spec.units());
    this.gradient = output.gradient().map(g -> g.view(rows * positions, spec.units()));
    this.activation =
        new ActivationKernel(function, workspace, spec.name(), rows, positions, spec.units());
    this.bias = new Bias(workspace, spec.name(), rows, positions);
  }

  @Override
  public Signal output() {
    return output;
  }

  @Override
  public void forward(Pass pass, List<Matrix> weights) {
    Kernels.multiply(input, false, weights.get(0), false, value, false);
    if (weights.size() > 1) {
      Kernels.addBias(value, weights.get(1));
    }
    activation.forward(value);
  }

  @Override
  public void backward(List<Matrix> weights, List<Matrix> gradients) {
    gradient.ifPresent(dy -> backward(dy, weights.get(0), gradients));
  }

  private void backward(Matrix dy, Matrix kernel, List<Matrix> gradients) {
    activation.backward(value, dy);
    if (!gradients.isEmpty()) {
      Kernels.multiply(input, true, dy, false, gradients.get(0), false);
    }
    if (gradients.size() > 1) {
      bias.gradient(dy, gradients.get(1));
    }
    inputGradient.ifPresent(dx -> Kernels.multiply(dy, false, kernel, true, dx, false));
  }
}
