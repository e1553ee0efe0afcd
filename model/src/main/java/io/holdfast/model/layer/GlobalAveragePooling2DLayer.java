package io.holdfast.model.layer;

import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Matrix;
import java.util.List;

/** The mean of each channel over the whole image, summed in double. */
final class GlobalAveragePooling2DLayer implements Layer {
  private final int pixels;
  private final int channels;
  private final int rows;
  private final Workspace workspace;
  private final Signal input;
  private final Signal output;

  GlobalAveragePooling2DLayer(LayerPlan plan, Signal input, int rows, Workspace workspace) {
    this.pixels = Math.toIntExact(plan.input().dim(0) * plan.input().dim(1));
    this.channels = Math.toIntExact(plan.input().dim(2));
    this.rows = rows;
    this.workspace = workspace;
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
    float[] means = workspace.scratch(1, output.value().size());
    input.value().read(images);
    for (int image = 0; image < rows; image++) {
      for (int channel = 0; channel < channels; channel++) {
        means[image * channels + channel] = mean(images, image * pixels * channels + channel);
      }
    }
    output.value().write(means);
  }

  private float mean(float[] images, int first) {
    double sum = 0;
    for (int pixel = 0; pixel < pixels; pixel++) {
      sum += images[first + pixel * channels];
    }
    return (float) (sum / pixels);
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
    for (int i = 0; i < inputGradient.size(); i++) {
      int image = i / (pixels * channels);
      dx[i] = dy[image * channels + i % channels] / pixels;
    }
    inputGradient.write(dx);
  }
}
