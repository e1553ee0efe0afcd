package io.holdfast.model.optimizer;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * One slice's step out of place: the current buffers are only read, so that a save may own them
 * while the next ones are written. All are read and written from position 0 to their limits, which
 * are equal.
 *
 * @param slots in the order of the plan's: momentum; or Adam's m, v
 * @param gradientSum over all rows of the global batch
 * @param divisor rows of the global batch
 */
public record SliceUpdate(
    FloatBuffer value,
    List<FloatBuffer> slots,
    GradientSum gradientSum,
    float divisor,
    FloatBuffer nextValue,
    List<FloatBuffer> nextSlots) {
  public SliceUpdate {
    slots = List.copyOf(slots);
    nextSlots = List.copyOf(nextSlots);
    int elements = value.limit();
    if (gradientSum.elements() != elements) {
      throw new IllegalArgumentException(
          "a slice of " + elements + " elements with a gradient of " + gradientSum.elements());
    }
    requireLength(elements, nextValue);
    slots.forEach(slot -> requireLength(elements, slot));
    nextSlots.forEach(slot -> requireLength(elements, slot));
    if (slots.size() != nextSlots.size()) {
      throw new IllegalArgumentException("as many next slots as slots are needed");
    }
    if (!(divisor > 0)) {
      throw new IllegalArgumentException("divisor " + divisor);
    }
  }

  /** Number of elements of the slice. */
  public int elements() {
    return value.limit();
  }

  private static void requireLength(int elements, FloatBuffer buffer) {
    if (buffer.limit() != elements) {
      throw new IllegalArgumentException(
          "a slice of " + elements + " elements with a buffer of " + buffer.limit());
    }
  }
}
