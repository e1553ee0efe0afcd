package io.holdfast.coordinator.protocol;

/** How far a save has come. Only COMMITTED and VERIFIED may be called saved. */
public enum AttemptState {
  REQUESTED,
  /** All owners handed over their buffers. */
  SNAPSHOT,
  /** All shard files are durable and tile every variable. */
  WRITTEN,
  COMMITTED,
  VERIFIED,
  ABANDONED,
  QUARANTINED
}
