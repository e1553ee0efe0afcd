package io.holdfast.worker.runtime;

import io.holdfast.job.plan.Slice;
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

  /** The bytes of a slice, row-major and little endian; a view, not a copy. */
  ByteBuffer bytes(Slice slice) {
    return state.bytes(slice);
  }

  /** Gives the buffers back. */
  void release() {
    pool.release(state);
  }
}
