package io.holdfast.model.layer;

import io.holdfast.job.LayerSpec;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Matrix;
import java.util.Arrays;
import java.util.List;

/** The mean of each window; as in TensorFlow, what lies beyond the border does not count. */
final class AveragePooling2DLayer implements Layer {
  private final Windows windows;
  private final Workspace workspace;
  private final int rows;
  private final Signal input;
  private final Signal output;

  AveragePooling2DLayer(LayerPlan plan, Signal input, int rows, Workspace workspace) {
    this.windows = Windows.of(plan, (LayerSpec.AveragePooling2D) plan.spec());
    this.workspace = workspace;
    this.rows = rows;
    this.input = input;
    this.output = Signals.of(plan, rows, workspace, input.gradient().isPresent());
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
    Arrays.fill(pooled, 0, output.value().size(), 0);
    eachWindow((from, at, size) -> addMean(images, from, pooled, at, size));
    output.value().write(pooled);
  }

  @Override
  public void backward(List<Matrix> weights, List<Matrix> gradients) {
    if (input.gradient().isEmpty()) {
      return;
    }
    Matrix inputGradient = input.gradient().get();
    Matrix outputGradient = output.gradient().orElseThrow();
    float[] dy = workspace.scratch(0, outputGradient.size());
    float[] dx = workspace.scratch(1, inputGradient.size());
    outputGradient.read(dy);
    Arrays.fill(dx, 0, inputGradient.size(), 0);
    eachWindow((from, at, size) -> addMean(dy, at, dx, from, size));
    inputGradient.write(dx);
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
