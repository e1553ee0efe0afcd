package io.holdfast.model.layer;

import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Matrix;
import java.util.Arrays;

/** What a pooling layer stands between, as plain arrays of row-major samples. */
final class PooledSignals {
  private final Workspace workspace;
  private final Signal input;
  private final Signal output;

  PooledSignals(LayerPlan plan, Signal input, int rows, Workspace workspace) {
    this.workspace = workspace;
    this.input = input;
    this.output = Signals.of(plan, rows, workspace, input.gradient().isPresent());
  }

  /** How the elements of one side follow from those of the other. */
  interface Pooling {
    /**
     * Computes all rows; both arrays may be longer than their samples.
     *
     * @param to zeros
     */
    void pool(float[] from, float[] to);
  }

  Signal output() {
    return output;
  }

  /** Computes the output's value from the input's. */
  void forward(Pooling pooling) {
    compute(input.value(), output.value(), pooling);
  }

  /** Computes the input's gradient from the output's, where it is wanted. */
  void backward(Pooling pooling) {
    if (input.gradient().isPresent()) {
      compute(output.gradient().orElseThrow(), input.gradient().get(), pooling);
    }
  }

  private void compute(Matrix source, Matrix target, Pooling pooling) {
    float[] from = workspace.scratch(0, source.size());
    float[] to = workspace.scratch(1, target.size());
    source.read(from);
    Arrays.fill(to, 0, target.size(), 0);
    pooling.pool(from, to);
    target.write(to);
  }
}
