package io.holdfast.model.layer;

import io.holdfast.job.LayerSpec;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Matrix;
import java.util.List;

/** The mean of each window; as in TensorFlow, what lies beyond the border does not count. */
final class AveragePooling2DLayer implements Layer {
  private final Windows windows;
  private final int rows;
  private final PooledSignals signals;

  AveragePooling2DLayer(LayerPlan plan, Signal input, int rows, Workspace workspace) {
    this.windows = Windows.of(plan, (LayerSpec.AveragePooling2D) plan.spec());
    this.rows = rows;
    this.signals = new PooledSignals(plan, input, rows, workspace);
  }

  @Override
  public Signal output() {
    return signals.output();
  }

  @Override
  public void forward(Pass pass, List<Matrix> weights) {
    signals.forward(
        (images, pooled) ->
            eachWindow((from, at, size) -> addMean(images, from, pooled, at, size)));
  }

  @Override
  public void backward(List<Matrix> weights, List<Matrix> gradients) {
    signals.backward((dy, dx) -> eachWindow((from, at, size) -> addMean(dy, at, dx, from, size)));
  }

  private void addMean(float[] source, int from, float[] target, int at, int size) {
    for (int c = 0; c < windows.channels(); c++) {
      target[at + c] += source[from + c] / size;
    }
  }

  private interface Element {
    /**
     * A pixel of a window.
     *
     * @param from its first channel in the images
     * @param at the window's first channel in the output
     * @param size pixels of the window
     */
    void visit(int from, int at, int size);
  }

  private void eachWindow(Element element) {
    int at = 0;
    for (int image = 0; image < rows; image++) {
      for (int y = 0; y < windows.outputHeight(); y++) {
        for (int x = 0; x < windows.outputWidth(); x++) {
          eachElement(image * windows.imageSize(), y, x, at, element);
          at += windows.channels();
        }
      }
    }
  }

  private void eachElement(int base, int y, int x, int at, Element element) {
    int left = windows.firstColumn(x);
    int right = windows.endColumn(x);
    int size = (windows.endRow(y) - windows.firstRow(y)) * (right - left);
    for (int row = windows.firstRow(y); row < windows.endRow(y); row++) {
      for (int column = left; column < right; column++) {
        int from = base + (row * windows.width() + column) * windows.channels();
        element.visit(from, at, size);
      }
    }
  }
}
