package io.holdfast.model.layer;

import io.holdfast.model.kernel.Kernels;
import io.holdfast.model.kernel.Matrix;
import java.util.Arrays;

/** Gradient sums of a bias: a product with a row of ones, which is the fastest sum of columns. */
final class Bias {
  private final Matrix ones;

  /**
   * @param multiple positions of a row, each of which has a gradient
   */
  Bias(Workspace workspace, String layer, int rows, int multiple) {
    this.ones = workspace.matrix(layer + "/ones", rows, multiple, 1).view(1, rows * multiple);
    float[] values = new float[rows * multiple];
    Arrays.fill(values, 1);
    ones.write(values);
  }

  void gradient(Matrix outputGradient, Matrix biasGradient) {
    Kernels.multiply(ones, false, outputGradient, false, biasGradient, false);
  }
}
