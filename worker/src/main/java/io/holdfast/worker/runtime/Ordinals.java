package io.holdfast.worker.runtime;

import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SlicePlan;
import java.util.HashMap;
import java.util.Map;

/** Which of its variable's slices each slice is, from 0. */
final class Ordinals {
  private final Map<Slice, Integer> ordinals = new HashMap<>();

  Ordinals(SlicePlan plan) {
    Map<String, Integer> counts = new HashMap<>();
    for (Slice slice : plan.slices()) {
      ordinals.put(slice, counts.merge(slice.variable().key(), 1, Integer::sum) - 1);
    }
  }

  int of(Slice slice) {
    return ordinals.get(slice);
  }
}
