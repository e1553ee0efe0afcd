package io.holdfast.worker.runtime;

import java.util.Objects;

/**
 * The states that a save may be made of: the newest, from which the next step is computed, and the
 * one before it until that next step begins. The coordinator allows a step only after it has said
 * whether the state two steps before is to be saved; so members never stop for a periodic save.
 * Safe from any thread.
 */
final class HeldStates {
  private final StatePool pool;
  private StateBuffers newest;
  private StateBuffers before;
  private long step;

  HeldStates(StatePool pool) {
    this.pool = pool;
  }

  /** The state that was loaded or computed last; it is only read. */
  synchronized StateBuffers newest() {
    return Objects.requireNonNull(newest, "no state is loaded");
  }

  /** A round begins from a state that was loaded; those of earlier rounds are given back. */
  synchronized void restart(long ofStep, StateBuffers loaded) {
    forgetBefore();
    if (newest != null) {
      pool.release(newest);
    }
    newest = loaded;
    step = ofStep;
  }

  /** The next step is computed. */
  synchronized void advance(StateBuffers next) {
    forgetBefore();
    before = newest;
    newest = next;
    step++;
  }

  /** Gives back the state before the newest, unless a save has it. */
  synchronized void forgetBefore() {
    if (before != null) {
      pool.release(before);
      before = null;
    }
  }

  /**
   * Holds a state for a writer; nothing is copied, and it does not change until it is released.
   *
   * @throws IllegalStateException if the state of that step is not held
   */
  synchronized Snapshot snapshot(long ofStep) {
    if (ofStep == step && newest != null) {
      return new Snapshot(pool, newest);
    }
    if (ofStep == step - 1 && before != null) {
      return new Snapshot(pool, before);
    }
    throw new IllegalStateException("a save of step " + ofStep + ", and step " + step + " is held");
  }
}
