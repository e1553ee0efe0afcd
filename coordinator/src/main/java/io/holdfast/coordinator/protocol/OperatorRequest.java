package io.holdfast.coordinator.protocol;

import java.util.Objects;

/** What an operator asks of the leader. */
public sealed interface OperatorRequest {

  /** A checkpoint of a state that is not older than the one now. */
  record SaveNow() implements OperatorRequest {}

  /** A worker leaves without a step being lost. */
  record Drain(String workerId) implements OperatorRequest {
    public Drain {
      Objects.requireNonNull(workerId);
    }
  }

  /** The state is saved, then the job stops. */
  record Stop() implements OperatorRequest {}

  /**
   * A request that is not answered yet.
   *
   * @param fromStep of a save: a checkpoint of this step or a later one answers it
   * @param gone of a drain: whether the worker has said that it leaves
   */
  record Waiting(OperatorRequest what, long fromStep, boolean gone) {
    Waiting from(long step) {
      return new Waiting(what, Math.min(fromStep, step), gone);
    }

    Waiting hasGone() {
      return new Waiting(what, fromStep, true);
    }

    boolean isDrainOf(String workerId) {
      return what.equals(new Drain(workerId));
    }
  }
}
