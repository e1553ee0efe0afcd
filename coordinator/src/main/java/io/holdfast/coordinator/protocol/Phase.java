package io.holdfast.coordinator.protocol;

/** What the leader is doing; each change comes with a reason. */
public enum Phase {
  /** No term is claimed. */
  STANDBY,
  /** Storage is asked for the newest good checkpoint. */
  RECOVERING,
  /** The source of the state is known; nobody is there to load it. */
  WAITING_FOR_WORKERS,
  /** Members load the state. */
  RESTORING,
  /** Members compute a step. */
  TRAINING,
  /** Members compute the validation sums. */
  EVALUATING,
  /** Members wait at the barrier for a save. */
  SAVING,
  /** Nothing happens any more; the exit code is known. */
  ENDED
}
