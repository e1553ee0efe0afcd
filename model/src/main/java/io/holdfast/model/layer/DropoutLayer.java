package io.holdfast.model.layer;

import io.holdfast.job.LayerSpec;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.job.random.CounterRandom;
import io.holdfast.job.random.CounterRandom.Purpose;
import io.holdfast.model.kernel.Matrix;
import java.util.List;

/**
 * Dropout whose mask is a function of (seed, step, row in the global batch, layer, element): an
 * element is kept where its uniform number is at least the rate, as in TensorFlow.
 */
final class DropoutLayer implements Layer {
  private final LayerPlan plan;
  private final float rate;
  private final float scale;
  private final int rows;
  private final Signal input;
  private final Signal output;
  private final Workspace workspace;
  private final Matrix mask;
  private boolean dropped;

  DropoutLayer(LayerPlan plan, Signal input, int rows, Workspace workspace) {
    LayerSpec.Dropout spec = (LayerSpec.Dropout) plan.spec();
    this.plan = plan;
    this.rate = (float) spec.rate();
    this.scale = spec.rate() >= 1 ? 0 : (float) (1 / (1 - spec.rate()));
    this.rows = rows;
    this.input = input;
    this.output = Signals.of(plan, rows, workspace, input.gradient().isPresent());
    this.workspace = workspace;
    this.mask =
        workspace.matrix(spec.name() + "/mask", rows, 1, Math.toIntExact(plan.output().elements()));
  }

  @Override
  public Signal output() {
    return output;
  }

  @Override
  public void forward(Pass pass, List<Matrix> weights) {
    dropped = pass.training() && rate > 0;
    if (dropped) {
      drawMask(pass);
    }
    apply(input.value(), output.value());
  }

  @Override
  public void backward(List<Matrix> weights, List<Matrix> gradients) {
    input.gradient().ifPresent(dx -> apply(output.gradient().orElseThrow(), dx));
  }

  private void drawMask(Pass pass) {
    CounterRandom random = CounterRandom.of(pass.seed(), Purpose.DROPOUT, plan.index());
    int columns = mask.columns();
    float[] factors = workspace.scratch(0, mask.size());
    for (int row = 0; row < rows; row++) {
      random.uniforms(pass.step(), pass.firstRow() + row, 0, factors, row * columns, columns);
    }
    for (int i = 0; i < mask.size(); i++) {
      factors[i] = factors[i] >= rate ? scale : 0;
    }
    mask.write(factors);
  }

  private void apply(Matrix from, Matrix to) {
    float[] values = workspace.scratch(0, from.size());
    from.read(values);
    if (dropped) {
      float[] factors = workspace.scratch(1, from.size());
      mask.read(factors);
      for (int i = 0; i < from.size(); i++) {
        values[i] *= factors[i];
      }
    }
    to.write(values);
  }
}
