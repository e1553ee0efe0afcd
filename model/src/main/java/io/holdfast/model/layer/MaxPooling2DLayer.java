package io.holdfast.model.layer;

import io.holdfast.job.LayerSpec;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Matrix;
import java.util.Arrays;
import java.util.List;

/**
 * The largest value of each window; of equal ones the first in row-major order gets the gradient.
 */
final class MaxPooling2DLayer implements Layer {
  private final Windows windows;
  private final Workspace workspace;
  private final int rows;
  private final Signal input;
  private final Signal output;
  private final int[] origin;

  MaxPooling2DLayer(LayerPlan plan, Signal input, int rows, Workspace workspace) {
    LayerSpec.MaxPooling2D spec = (LayerSpec.MaxPooling2D) plan.spec();
    this.windows = Windows.of(plan, spec);
    this.workspace = workspace;
    this.rows = rows;
    this.input = input;
    this.output = Signals.of(plan, rows, workspace, input.gradient().isPresent());
    int perImage = Math.toIntExact(plan.output().elements());
    this.origin = workspace.indices(spec.name() + "/origin", rows, perImage);
  }

  @Override
  public Signal output() {
    return output;
  }

  @Override
  public void forward(Pass pass, List<Matrix> weights) {
    float[] images = workspace.scratch(0, input.value().size());
    float[] pooled = workspace.scratch(1, output.value().size());
    input.value().read(images);
    int at = 0;
    for (int image = 0; image < rows; image++) {
      for (int y = 0; y < windows.outputHeight(); y++) {
        for (int x = 0; x < windows.outputWidth(); x++) {
          pool(images, image * windows.imageSize(), y, x, pooled, at);
          at += windows.channels();
        }
      }
    }
    output.value().write(pooled);
  }

  private void pool(float[] images, int base, int y, int x, float[] pooled, int at) {
    int top = windows.firstRow(y);
    int left = windows.firstColumn(x);
    int bottom = windows.endRow(y);
    int right = windows.endColumn(x);
    int channels = windows.channels();
    Arrays.fill(pooled, at, at + channels, Float.NEGATIVE_INFINITY);
    int first = base + (top * windows.width() + left) * channels;
    for (int c = 0; c < channels; c++) {
      origin[at + c] = first + c;
    }
    for (int row = top; row < bottom; row++) {
      for (int column = left; column < right; column++) {
        int from = base + (row * windows.width() + column) * channels;
        for (int c = 0; c < channels; c++) {
          if (images[from + c] > pooled[at + c]) {
            pooled[at + c] = images[from + c];
            origin[at + c] = from + c;
          }
        }
      }
    }
  }

  @Override
  public void backward(List<Matrix> weights, List<Matrix> gradients) {
    if (input.gradient().isEmpty()) {
      return;
    }
    Matrix inputGradient = input.gradient().get();
    Matrix outputGradient = output.gradient().orElseThrow();
    int outputs = outputGradient.size();
    float[] dy = workspace.scratch(0, outputs);
    float[] dx = workspace.scratch(1, inputGradient.size());
    outputGradient.read(dy);
    Arrays.fill(dx, 0, inputGradient.size(), 0);
    for (int i = 0; i < outputs; i++) {
      dx[origin[i]] += dy[i];
    }
    inputGradient.write(dx);
  }
}
