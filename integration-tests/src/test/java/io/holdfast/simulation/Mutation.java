package io.holdfast.simulation;

/** Deliberate defects, to prove that the simulation finds them. */
enum Mutation {
  NONE,
  /** The index is published as soon as a save is asked for. */
  PUBLISH_BEFORE_WRITTEN,
  /** Storage lets a leader of an older term act. */
  IGNORE_FENCE,
  /** Messages and work of an old generation are taken for those of the present one. */
  IGNORE_GENERATION,
  /** Workers take frames of an old generation for those of the present one. */
  EXCHANGE_IGNORES_GENERATION,
  /** A publish of unknown outcome counts as failed. */
  UNKNOWN_IS_FAILED,
  /** Retention does not care whether a newer checkpoint is verified. */
  RETAIN_UNVERIFIED,
  /** A writer takes the values when it is done, not when it begins. */
  TORN_SNAPSHOT,
  /** A drained worker says that it leaves, and comes back. */
  DRAINED_COMES_BACK
}
