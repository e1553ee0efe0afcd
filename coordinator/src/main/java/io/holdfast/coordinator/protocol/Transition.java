package io.holdfast.coordinator.protocol;

import java.util.List;

/** The next state, and what must happen in that order. */
public record Transition(LeaderState state, List<LeaderEffect> effects) {
  public Transition {
    effects = List.copyOf(effects);
  }
}
