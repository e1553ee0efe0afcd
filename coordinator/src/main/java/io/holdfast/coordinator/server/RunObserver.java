package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.LeaderEffect;

/**
 * Whoever shows people how a run goes. Called on the leader's one thread, in order; must not block
 * for long.
 */
public interface RunObserver {

  /** A line that people should read: what was restored, saved, lost, and why. */
  void announce(LeaderEffect.Announce line);

  /** A step is done. */
  void progress(LeaderEffect.Progress progress);
}
