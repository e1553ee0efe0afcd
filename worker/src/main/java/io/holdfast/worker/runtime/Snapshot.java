package io.holdfast.worker.runtime;

import io.holdfast.job.plan.SliceGroup;
import java.nio.ByteBuffer;

/** A state that was handed over to a writer: it does not change until it is released. */
final class Snapshot {
  private final StatePool pool;
  private final StateBuffers state;

  Snapshot(StatePool pool, StateBuffers state) {
    this.pool = pool;
    this.state = state;
    pool.hold(state);
  }

  /** The bytes of a group's value, row-major and little endian; a view, not a copy. */
  ByteBuffer value(SliceGroup group) {
    return state.value(group);
  }

  /** The bytes of a slot of a group that is owned; a view, not a copy. */
  ByteBuffer slot(SliceGroup group, int slot) {
    return state.slot(group, slot);
  }

  /** Gives the buffers back. */
  void release() {
    pool.release(state);
  }
}
