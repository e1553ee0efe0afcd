package io.holdfast.model.layer;

import io.holdfast.job.ActivationFunction;
import io.holdfast.model.kernel.Kernels;
import io.holdfast.model.kernel.Matrix;
import java.util.Optional;

/** An activation function and its gradient, in place, for one layer. */
final class ActivationKernel {
  private final ActivationFunction function;
  private final Optional<Pointwise> pointwise;
  private final Optional<Matrix> inputs;
  private final Workspace workspace;

  /**
   * @param positions of a row, each of which has {@code columns} values
   */
  ActivationKernel(
      ActivationFunction function,
      Workspace workspace,
      String layer,
      int rows,
      int positions,
      int columns) {
    this.function = function;
    this.pointwise = pointwise(function);
    this.inputs =
        pointwise
            .filter(Pointwise::slopeOfInput)
            .map(f -> workspace.matrix(layer + "/inputs", rows, positions, columns));
    this.workspace = workspace;
  }

  private static Optional<Pointwise> pointwise(ActivationFunction function) {
    return switch (function) {
      case LINEAR, RELU, SIGMOID, TANH, SOFTMAX -> Optional.empty();
      case ELU -> Optional.of(Pointwise.ELU);
      case EXPONENTIAL -> Optional.of(Pointwise.EXPONENTIAL);
      case GELU -> Optional.of(Pointwise.GELU);
      case HARD_SIGMOID -> Optional.of(Pointwise.HARD_SIGMOID);
      case LEAKY_RELU -> Optional.of(Pointwise.LEAKY_RELU);
      case RELU6 -> Optional.of(Pointwise.RELU6);
      case SELU -> Optional.of(Pointwise.SELU);
      case SILU -> Optional.of(Pointwise.SILU);
      case SOFTPLUS -> Optional.of(Pointwise.SOFTPLUS);
      case SOFTSIGN -> Optional.of(Pointwise.SOFTSIGN);
    };
  }

  /**
   * {@code y = f(y)}; softmax goes over each row of {@code y}.
   *
   * @param y [any, size of the last dimension]
   */
  void forward(Matrix y) {
    switch (function) {
      case LINEAR -> {}
      case RELU -> Kernels.relu(y);
      case SIGMOID -> Kernels.sigmoid(y);
      case TANH -> Kernels.tanh(y);
      case SOFTMAX -> softmax(y);
      default -> pointwise(y, pointwise.orElseThrow());
    }
  }

  private void pointwise(Matrix y, Pointwise f) {
    float[] values = workspace.scratch(0, y.size());
    y.read(values);
    inputs.ifPresent(kept -> kept.write(values));
    f.apply(values, y.size());
    y.write(values);
  }

  /** {@code dy *= f'}; may destroy {@code y}, the function's output. */
  void backward(Matrix y, Matrix dy) {
    switch (function) {
      case LINEAR -> {}
      case RELU -> Kernels.reluGradient(y, dy);
      case SIGMOID -> elementwise(y, dy, ActivationKernel::sigmoidGradient);
      case TANH -> elementwise(y, dy, ActivationKernel::tanhGradient);
      case SOFTMAX ->
          elementwise(y, dy, (values, gradients, n) -> softmaxGradient(values, gradients, y));
      default -> elementwise(inputs.orElse(y), dy, pointwise.orElseThrow()::multiplyBySlope);
    }
  }

  private interface Gradient {
    void apply(float[] values, float[] gradients, int n);
  }

  private void elementwise(Matrix y, Matrix dy, Gradient gradient) {
    int n = y.size();
    float[] values = workspace.scratch(0, n);
    float[] gradients = workspace.scratch(1, n);
    y.read(values);
    dy.read(gradients);
    gradient.apply(values, gradients, n);
    dy.write(gradients);
  }

  private static void sigmoidGradient(float[] values, float[] gradients, int n) {
    for (int i = 0; i < n; i++) {
      gradients[i] = gradients[i] * values[i] * (1 - values[i]);
    }
  }

  private static void tanhGradient(float[] values, float[] gradients, int n) {
    for (int i = 0; i < n; i++) {
      gradients[i] = gradients[i] * (1 - values[i] * values[i]);
    }
  }

  private void softmax(Matrix y) {
    float[] values = workspace.scratch(0, y.size());
    y.read(values);
    for (int row = 0; row < y.rows(); row++) {
      Softmax.apply(values, row * y.columns(), y.columns());
    }
    y.write(values);
  }

  /** {@code dz = y * (dy - sum(y * dy))} over each row. */
  private static void softmaxGradient(float[] values, float[] gradients, Matrix shape) {
    int columns = shape.columns();
    for (int row = 0; row < shape.rows(); row++) {
      int from = row * columns;
      double dot = 0;
      for (int i = from; i < from + columns; i++) {
        dot += (double) values[i] * gradients[i];
      }
      for (int i = from; i < from + columns; i++) {
        gradients[i] = (float) (values[i] * (gradients[i] - dot));
      }
    }
  }
}
