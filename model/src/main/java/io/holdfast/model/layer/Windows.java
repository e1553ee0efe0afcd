package io.holdfast.model.layer;

import io.holdfast.job.LayerSpec;
import io.holdfast.job.plan.LayerPlan;

/**
 * Where the windows of a convolution or a pooling lie over [height, width, channels]. With "same"
 * padding the border is split as TensorFlow does: the odd line goes below and to the right.
 *
 * @param padTop lines of border above the image
 * @param padLeft columns of border left of the image
 */
record Windows(
    int height,
    int width,
    int channels,
    int windowHeight,
    int windowWidth,
    int strideHeight,
    int strideWidth,
    int outputHeight,
    int outputWidth,
    int padTop,
    int padLeft) {

  static Windows of(LayerPlan plan, LayerSpec.Conv2D spec) {
    return of(
        plan,
        spec.kernelHeight(),
        spec.kernelWidth(),
        spec.strideHeight(),
        spec.strideWidth(),
        spec.padding());
  }

  static Windows of(LayerPlan plan, LayerSpec.Pooling2D spec) {
    return of(
        plan,
        spec.poolHeight(),
        spec.poolWidth(),
        spec.strideHeight(),
        spec.strideWidth(),
        spec.padding());
  }

  private static Windows of(
      LayerPlan plan,
      int windowHeight,
      int windowWidth,
      int strideHeight,
      int strideWidth,
      LayerSpec.Padding padding) {
    int height = Math.toIntExact(plan.input().dim(0));
    int width = Math.toIntExact(plan.input().dim(1));
    int outputHeight = Math.toIntExact(plan.output().dim(0));
    int outputWidth = Math.toIntExact(plan.output().dim(1));
    boolean same = padding == LayerSpec.Padding.SAME;
    return new Windows(
        height,
        width,
        Math.toIntExact(plan.input().dim(2)),
        windowHeight,
        windowWidth,
        strideHeight,
        strideWidth,
        outputHeight,
        outputWidth,
        same ? before(height, windowHeight, strideHeight, outputHeight) : 0,
        same ? before(width, windowWidth, strideWidth, outputWidth) : 0);
  }

  private static int before(int size, int window, int stride, int outputs) {
    return Math.max(0, (outputs - 1) * stride + window - size) / 2;
  }

  /** The first row of the image in windows of output row {@code y}. */
  int firstRow(int y) {
    return Math.max(0, y * strideHeight - padTop);
  }

  /** One past the last row of the image in windows of output row {@code y}. */
  int endRow(int y) {
    return Math.min(height, y * strideHeight - padTop + windowHeight);
  }

  /** The first column of the image in windows of output column {@code x}. */
  int firstColumn(int x) {
    return Math.max(0, x * strideWidth - padLeft);
  }

  /** One past the last column of the image in windows of output column {@code x}. */
  int endColumn(int x) {
    return Math.min(width, x * strideWidth - padLeft + windowWidth);
  }

  /** Elements of one image. */
  int imageSize() {
    return height * width * channels;
  }

  /** Windows of one image. */
  int windowsPerImage() {
    return outputHeight * outputWidth;
  }

  /** Elements of one window. */
  int windowSize() {
    return windowHeight * windowWidth * channels;
  }
}
