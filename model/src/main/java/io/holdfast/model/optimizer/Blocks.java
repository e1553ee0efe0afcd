package io.holdfast.model.optimizer;

import java.util.ArrayList;
import java.util.List;

/**
 * Walks a slice in blocks that stay in the first cache: buffers outside the heap are copied into
 * arrays, on which loops are compiled to vector instructions.
 */
final class Blocks {
  static final int BLOCK = 2048;

  private Blocks() {}

  /** One block: arrays to be changed in place, the first {@code n} elements of each. */
  interface Rule {
    void apply(float[] value, float[] gradient, List<float[]> slots, int n);
  }

  static void update(SliceUpdate slice, Rule rule) {
    float[] value = new float[BLOCK];
    float[] gradient = new float[BLOCK];
    List<float[]> slots = new ArrayList<>();
    slice.slots().forEach(slot -> slots.add(new float[BLOCK]));
    for (int from = 0; from < slice.elements(); from += BLOCK) {
      int n = Math.min(BLOCK, slice.elements() - from);
      slice.value().get(from, value, 0, n);
      slice.gradientSum().read(from, gradient, n);
      for (int s = 0; s < slots.size(); s++) {
        slice.slots().get(s).get(from, slots.get(s), 0, n);
      }
      divide(gradient, slice.divisor(), n);
      rule.apply(value, gradient, slots, n);
      slice.nextValue().put(from, value, 0, n);
      for (int s = 0; s < slots.size(); s++) {
        slice.nextSlots().get(s).put(from, slots.get(s), 0, n);
      }
    }
  }

  private static void divide(float[] values, float divisor, int n) {
    for (int i = 0; i < n; i++) {
      values[i] /= divisor;
    }
  }
}
