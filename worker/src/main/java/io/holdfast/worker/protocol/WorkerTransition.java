package io.holdfast.worker.protocol;

import java.util.List;

/** The next state, and what must happen in that order. */
public record WorkerTransition(WorkerState state, List<WorkerEffect> effects) {
  public WorkerTransition {
    effects = List.copyOf(effects);
  }
}
