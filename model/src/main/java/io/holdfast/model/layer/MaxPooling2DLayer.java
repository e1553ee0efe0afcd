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
  private final int rows;
  private final PooledSignals signals;
  private final int[] origin;

  MaxPooling2DLayer(LayerPlan plan, Signal input, int rows, Workspace workspace) {
    LayerSpec.MaxPooling2D spec = (LayerSpec.MaxPooling2D) plan.spec();
    this.windows = Windows.of(plan, spec);
    this.rows = rows;
    this.signals = new PooledSignals(plan, input, rows, workspace);
    int perImage = Math.toIntExact(plan.output().elements());
    this.origin = workspace.indices(spec.name() + "/origin", rows, perImage);
  }

  @Override
  public Signal output() {
    return signals.output();
  }

  @Override
  public void forward(Pass pass, List<Matrix> weights) {
    signals.forward(this::pool);
  }

  private void pool(float[] images, float[] pooled) {
    int at = 0;
    for (int image = 0; image < rows; image++) {
      for (int y = 0; y < windows.outputHeight(); y++) {
        for (int x = 0; x < windows.outputWidth(); x++) {
          pool(images, image * windows.imageSize(), y, x, pooled, at);
          at += windows.channels();
        }
      }
    }
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
    signals.backward(this::route);
  }

  private void route(float[] dy, float[] dx) {
    int outputs = rows * windows.windowsPerImage() * windows.channels();
    for (int i = 0; i < outputs; i++) {
      dx[origin[i]] += dy[i];
    }
  }
}
