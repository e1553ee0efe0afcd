package io.holdfast.model.layer;

import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Matrix;
import java.util.List;

/** The mean of each channel over the whole image, summed in double. */
final class GlobalAveragePooling2DLayer implements Layer {
  private final int pixels;
  private final int channels;
  private final int rows;
  private final PooledSignals signals;

  GlobalAveragePooling2DLayer(LayerPlan plan, Signal input, int rows, Workspace workspace) {
    this.pixels = Math.toIntExact(plan.input().dim(0) * plan.input().dim(1));
    this.channels = Math.toIntExact(plan.input().dim(2));
    this.rows = rows;
    this.signals = new PooledSignals(plan, input, rows, workspace);
  }

  @Override
  public Signal output() {
    return signals.output();
  }

  @Override
  public void forward(Pass pass, List<Matrix> weights) {
    signals.forward(this::means);
  }

  private void means(float[] images, float[] means) {
    for (int image = 0; image < rows; image++) {
      for (int channel = 0; channel < channels; channel++) {
        means[image * channels + channel] = mean(images, image * pixels * channels + channel);
      }
    }
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
    signals.backward(this::spread);
  }

  private void spread(float[] dy, float[] dx) {
    for (int i = 0; i < rows * pixels * channels; i++) {
      int image = i / (pixels * channels);
      dx[i] = dy[image * channels + i % channels] / pixels;
    }
  }
}
