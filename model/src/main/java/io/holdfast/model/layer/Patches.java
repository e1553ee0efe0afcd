package io.holdfast.model.layer;

import java.util.Arrays;

/** Images to a row for each window and back ("im2col", "col2im"), channels last. */
final class Patches {
  private final Windows windows;

  Patches(Windows windows) {
    this.windows = windows;
  }

  /** Writes for each window of {@code images} images its elements; zeros beyond the border. */
  void gather(float[] images, int count, float[] patches) {
    int at = 0;
    for (int image = 0; image < count; image++) {
      int base = image * windows.imageSize();
      for (int y = 0; y < windows.outputHeight(); y++) {
        for (int x = 0; x < windows.outputWidth(); x++) {
          at = gatherWindow(images, base, y, x, patches, at);
        }
      }
    }
  }

  private int gatherWindow(float[] images, int base, int y, int x, float[] patches, int start) {
    int at = start;
    int top = y * windows.strideHeight() - windows.padTop();
    int left = x * windows.strideWidth() - windows.padLeft();
    int line = windows.windowWidth() * windows.channels();
    for (int row = top; row < top + windows.windowHeight(); row++, at += line) {
      if (row < 0 || row >= windows.height()) {
        Arrays.fill(patches, at, at + line, 0);
      } else if (left >= 0 && left + windows.windowWidth() <= windows.width()) {
        int from = base + (row * windows.width() + left) * windows.channels();
        copy(images, from, patches, at, line);
      } else {
        gatherCut(images, base, row, left, patches, at);
      }
    }
    return at;
  }

  /** Short lines are the rule, and a loop is faster there than a call. */
  private static void copy(float[] from, int start, float[] to, int at, int count) {
    for (int i = 0; i < count; i++) {
      to[at + i] = from[start + i];
    }
  }

  private void gatherCut(float[] images, int base, int row, int left, float[] patches, int at) {
    int line = windows.windowWidth() * windows.channels();
    Arrays.fill(patches, at, at + line, 0);
    int first = Math.max(0, left);
    int end = Math.min(windows.width(), left + windows.windowWidth());
    if (first < end) {
      int from = base + (row * windows.width() + first) * windows.channels();
      int to = at + (first - left) * windows.channels();
      copy(images, from, patches, to, (end - first) * windows.channels());
    }
  }

  /** Adds each window's elements to where they came from; the transpose of {@link #gather}. */
  void scatter(float[] patches, int count, float[] images) {
    Arrays.fill(images, 0, count * windows.imageSize(), 0);
    int at = 0;
    for (int image = 0; image < count; image++) {
      int base = image * windows.imageSize();
      for (int y = 0; y < windows.outputHeight(); y++) {
        for (int x = 0; x < windows.outputWidth(); x++) {
          scatterWindow(patches, at, images, base, y, x);
          at += windows.windowSize();
        }
      }
    }
  }

  private void scatterWindow(float[] patches, int start, float[] images, int base, int y, int x) {
    int left = x * windows.strideWidth() - windows.padLeft();
    int first = Math.max(0, left);
    int end = Math.min(windows.width(), left + windows.windowWidth());
    int top = y * windows.strideHeight() - windows.padTop();
    int line = windows.windowWidth() * windows.channels();
    int count = (end - first) * windows.channels();
    for (int i = 0; i < windows.windowHeight(); i++) {
      int row = top + i;
      if (row < 0 || row >= windows.height()) {
        continue;
      }
      int from = start + i * line + (first - left) * windows.channels();
      int to = base + (row * windows.width() + first) * windows.channels();
      for (int j = 0; j < count; j++) {
        images[to + j] += patches[from + j];
      }
    }
  }
}
