package io.holdfast.model.layer;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.model.kernel.Kernels;
import io.holdfast.model.kernel.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * Convolution as a product of a matrix with a row for each window. The images of a shard go in
 * blocks whose patches fit {@link #BLOCK_BYTES}; a block's size depends on the layer's shapes only.
 */
final class Conv2DLayer implements Layer {
  /** Patches of one block: large enough for a fast product, small enough for a cache. */
  private static final int BLOCK_BYTES = 4 << 20;

  private final Windows windows;
  private final Patches gatherer;
  private final Workspace workspace;
  private final int rows;
  private final int blockImages;
  private final Signal input;
  private final Signal output;
  private final Matrix value;
  private final Optional<Matrix> gradient;
  private final Matrix patches;
  private final ActivationKernel activation;
  private final Bias bias;

  Conv2DLayer(
      LayerPlan plan, ActivationFunction function, Signal input, int rows, Workspace workspace) {
    LayerSpec.Conv2D spec = (LayerSpec.Conv2D) plan.spec();
    this.windows = Windows.of(plan, spec);
    this.gatherer = new Patches(windows);
    this.workspace = workspace;
    this.rows = rows;
    this.input = input;
    this.output =
        Signals.of(plan, rows, workspace, plan.trainable() || input.gradient().isPresent());
    int imageWindows = windows.windowsPerImage();
    this.value = output.value().view(rows * imageWindows, spec.filters());
    this.gradient = output.gradient().map(g -> g.view(rows * imageWindows, spec.filters()));
    long imageBytes = (long) imageWindows * windows.windowSize() * Float.BYTES;
    this.blockImages = (int) Math.max(1, Math.min(workspace.maxRows(), BLOCK_BYTES / imageBytes));
    this.patches =
        workspace.block(spec.name() + "/patches", blockImages * imageWindows, windows.windowSize());
    this.activation =
        new ActivationKernel(function, workspace, spec.name(), rows, imageWindows, spec.filters());
    this.bias = new Bias(workspace, spec.name(), rows, imageWindows);
  }

  @Override
  public Signal output() {
    return output;
  }

  @Override
  public void forward(Pass pass, List<Matrix> weights) {
    for (int first = 0; first < rows; first += blockImages) {
      int count = Math.min(blockImages, rows - first);
      Matrix block = gather(first, count);
      Kernels.multiply(block, false, weights.get(0), false, part(value, first, count), false);
    }
    if (weights.size() > 1) {
      Kernels.addBias(value, weights.get(1));
    }
    activation.forward(value);
  }

  @Override
  public void backward(List<Matrix> weights, List<Matrix> gradients) {
    gradient.ifPresent(dy -> backward(dy, weights.get(0), gradients));
  }

  private void backward(Matrix dy, Matrix kernel, List<Matrix> gradients) {
    activation.backward(value, dy);
    if (gradients.size() > 1) {
      bias.gradient(dy, gradients.get(1));
    }
    if (!gradients.isEmpty()) {
      kernelGradient(dy, gradients.get(0));
    }
    input.gradient().ifPresent(dx -> inputGradient(dy, kernel, dx));
  }

  private void kernelGradient(Matrix dy, Matrix kernelGradient) {
    for (int first = 0; first < rows; first += blockImages) {
      int count = Math.min(blockImages, rows - first);
      Matrix block = rows <= blockImages ? whole() : gather(first, count);
      Kernels.multiply(block, true, part(dy, first, count), false, kernelGradient, first > 0);
    }
  }

  private void inputGradient(Matrix dy, Matrix kernel, Matrix inputGradient) {
    for (int first = 0; first < rows; first += blockImages) {
      int count = Math.min(blockImages, rows - first);
      Matrix block = patches.view(count * windows.windowsPerImage(), windows.windowSize());
      Kernels.multiply(part(dy, first, count), false, kernel, true, block, false);
      float[] spread = workspace.scratch(0, block.size());
      float[] images = workspace.scratch(1, count * windows.imageSize());
      block.read(spread);
      gatherer.scatter(spread, count, images);
      inputGradient.write(first * windows.imageSize(), images, 0, count * windows.imageSize());
    }
  }

  /** The one block of a shard that has no more; its patches are still there from the forward. */
  private Matrix whole() {
    return patches.view(rows * windows.windowsPerImage(), windows.windowSize());
  }

  private Matrix gather(int first, int count) {
    Matrix block = patches.view(count * windows.windowsPerImage(), windows.windowSize());
    float[] images = workspace.scratch(0, count * windows.imageSize());
    float[] gathered = workspace.scratch(1, block.size());
    input.value().read(first * windows.imageSize(), images, 0, count * windows.imageSize());
    gatherer.gather(images, count, gathered);
    block.write(gathered);
    return block;
  }

  private Matrix part(Matrix all, int firstImage, int images) {
    int perImage = windows.windowsPerImage();
    return images == rows ? all : all.rows(firstImage * perImage, images * perImage);
  }
}
