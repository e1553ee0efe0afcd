package io.holdfast.coordinator.protocol;

import java.util.Objects;

/** What an operator is told. */
public sealed interface OperatorAnswer {

  /**
   * It has happened.
   *
   * @param step of the checkpoint, or that the job has reached; 0 if nothing is saved
   * @param prefix of the checkpoint; empty where there is none
   * @param state of the checkpoint: COMMITTED or VERIFIED
   */
  record Done(long step, String prefix, AttemptState state) implements OperatorAnswer {
    public Done {
      Objects.requireNonNull(prefix);
      Objects.requireNonNull(state);
    }
  }

  /** It has not happened, and will not by this request. */
  record Refused(Why why, String reason) implements OperatorAnswer {
    public Refused {
      Objects.requireNonNull(why);
      Objects.requireNonNull(reason);
    }
  }

  /** What kind of a refusal it is. */
  enum Why {
    /** It names what does not exist. */
    UNKNOWN_NAME,
    /** The job is in no state for it. */
    NOT_POSSIBLE,
    /** It was tried. */
    FAILED,
    /** This coordinator does not lead, or leaves. */
    UNAVAILABLE,
    /** Too many wait. */
    TOO_MANY
  }
}
