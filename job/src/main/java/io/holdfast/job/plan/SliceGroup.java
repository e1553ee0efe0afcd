package io.holdfast.job.plan;

import java.util.List;
import java.util.stream.Stream;

/**
 * A slice with the same block of each of its slots: what one owner holds, updates, hands out and
 * writes together. This is the unit of placement.
 *
 * @param index position in the job's {@link SlicePlan}
 * @param value block of a layer's variable, or one of the optimizer's scalars
 * @param slots the same block of the variable's slots, in Keras's order; often empty
 */
public record SliceGroup(int index, Slice value, List<Slice> slots) {
  public SliceGroup {
    slots = List.copyOf(slots);
    for (Slice slot : slots) {
      if (!slot.extent().equals(value.extent())) {
        throw new IllegalArgumentException("slot " + slot + " is cut otherwise than " + value);
      }
    }
  }

  /** The value, then its slots. */
  public List<Slice> slices() {
    return Stream.concat(Stream.of(value), slots.stream()).toList();
  }

  /** Bytes of the value and its slots. */
  public long bytes() {
    return value.bytes() + slots.stream().mapToLong(Slice::bytes).sum();
  }
}
