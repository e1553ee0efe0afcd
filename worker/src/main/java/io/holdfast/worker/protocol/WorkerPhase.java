package io.holdfast.worker.protocol;

/** What a worker is doing; each change comes with a reason. */
public enum WorkerPhase {
  /** Before the first event. */
  STARTING,
  /** A connection is being opened, or awaited until the next attempt. */
  CONNECTING,
  /** Said hello, waits for the welcome. */
  JOINING,
  /** The job is loaded, kernels and data come up. */
  PREPARING,
  /** Ready, and not a member of the round. */
  SPARE,
  /** Loads the state of a round. */
  RESTORING,
  /** Holds a state and waits to be told. */
  READY,
  COMPUTING,
  EVALUATING,
  /** A step or snapshot waits until the writer gives buffers back. */
  WAITING_FOR_BUFFERS,
  /** Nothing happens any more; the exit code is known. */
  ENDED
}
