package io.holdfast.model.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.MulOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Operations of the native library into preallocated matrices. Those that were measured slow there
 * (gradients of relu and of convolutions, sums along an axis) are put together from fast ones.
 */
public final class Kernels {
  private Kernels() {}

  /**
   * {@code c = op(a) * op(b)}, or {@code c += ...} with {@code accumulate}; op transposes where the
   * flag says so, without a copy.
   */
  public static void multiply(
      Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c, boolean accumulate) {
    Nd4j.gemm(a.array(), b.array(), c.array(), transposeA, transposeB, 1.0, accumulate ? 1.0 : 0.0);
  }

  /** Adds a bias of one value a column to each row of {@code y}. */
  public static void addBias(Matrix y, Matrix bias) {
    execute("biasadd", y.array(), y.array(), bias.vector());
  }

  /** {@code y = max(y, 0)}. */
  public static void relu(Matrix y) {
    Nd4j.exec(
        DynamicCustomOp.builder("relu")
            .addInputs(y.array())
            .addOutputs(y.array())
            .addFloatingPointArguments(0.0)
            .build());
  }

  /**
   * {@code dy *= (y > 0)}: relu's gradient from its output. Destroys {@code y}, which then holds
   * the mask.
   */
  public static void reluGradient(Matrix y, Matrix dy) {
    Nd4j.getExecutioner().exec(new Step(y.array(), y.array(), 0.0));
    Nd4j.getExecutioner().exec(new MulOp(dy.array(), y.array(), dy.array()));
  }

  /** {@code y = tanh(y)}. */
  public static void tanh(Matrix y) {
    execute("tanh", y.array(), y.array());
  }

  /** {@code y = 1 / (1 + exp(-y))}. */
  public static void sigmoid(Matrix y) {
    execute("sigmoid", y.array(), y.array());
  }

  private static void execute(String operation, INDArray output, INDArray... inputs) {
    Nd4j.exec(DynamicCustomOp.builder(operation).addInputs(inputs).addOutputs(output).build());
  }
}
