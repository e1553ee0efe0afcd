package io.holdfast.storage.checkpoint;

/** How far an attempt to save a step has come. Only COMMITTED and VERIFIED may be called saved. */
public enum AttemptState {
  /** Due; nothing has been handed over yet. */
  REQUESTED,
  /** Every owner has handed its buffers over; the state can no longer change. */
  SNAPSHOT,
  /** Every shard file is durable. */
  WRITTEN,
  /** The index is published: the checkpoint exists. */
  COMMITTED,
  /** Read back whole after its commit. */
  VERIFIED,
  /** Given up, or made void by a later claim; there is no such checkpoint. */
  ABANDONED,
  /** Found damaged and moved away. */
  QUARANTINED,
  /** Removed by retention after a newer one had taken its place. */
  DELETED;

  /** Whether the checkpoint exists. */
  public boolean isSaved() {
    return this == COMMITTED || this == VERIFIED;
  }

  /** Whether the attempt may still go on. */
  public boolean isInFlight() {
    return this == REQUESTED || this == SNAPSHOT || this == WRITTEN;
  }
}
