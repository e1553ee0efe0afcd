package io.holdfast.model.layer;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Matrix;
import java.util.List;

/** An activation function as a layer of its own. */
final class ActivationLayer implements Layer {
  private final Signal input;
  private final Signal output;
  private final Matrix value;
  private final Workspace workspace;
  private final ActivationKernel activation;

  ActivationLayer(
      LayerPlan plan, ActivationFunction function, Signal input, int rows, Workspace workspace) {
    int last = Math.toIntExact(plan.output().dim(plan.output().rank() - 1));
    int positions = Math.toIntExact(plan.output().elements() / last);
    this.input = input;
    this.output = Signals.of(plan, rows, workspace, input.gradient().isPresent());
    this.value = output.value().view(rows * positions, last);
    this.workspace = workspace;
    this.activation =
        new ActivationKernel(function, workspace, plan.spec().name(), rows, positions, last);
  }

  @Override
  public Signal output() {
    return output;
  }

  @Override
  public void forward(Pass pass, List<Matrix> weights) {
    copy(input.value(), output.value());
    activation.forward(value);
  }

  @Override
  public void backward(List<Matrix> weights, List<Matrix> gradients) {
    if (input.gradient().isEmpty()) {
      return;
    }
    Matrix gradient = output.gradient().orElseThrow();
    activation.backward(value, gradient.view(value.rows(), value.columns()));
    copy(gradient, input.gradient().get());
  }

  private void copy(Matrix from, Matrix to) {
    float[] values = workspace.scratch(0, from.size());
    from.read(values);
    to.write(values);
  }
}
