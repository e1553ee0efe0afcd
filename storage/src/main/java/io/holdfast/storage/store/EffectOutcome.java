package io.holdfast.storage.store;

import java.util.Objects;

/**
 * How a leader's change of a shared name ended.
 *
 * @param status what is known
 * @param reason for an operator: what failed; empty where nothing did
 */
public record EffectOutcome(Status status, String reason) {

  /** What is known after an effect. */
  public enum Status {
    /** Done, visible and durable. */
    DONE,
    /** Nothing to do: there is no such object. */
    ABSENT,
    /** A later term leads; nothing was done. */
    FENCED,
    /** Known not to have happened. */
    FAILED,
    /** May have happened, or may not be durable: do it again. */
    UNKNOWN
  }

  public EffectOutcome {
    Objects.requireNonNull(status);
    Objects.requireNonNull(reason);
  }

  /** Whether the store is as asked for: the effect is done or there was nothing to do. */
  public boolean isSettled() {
    return status == Status.DONE || status == Status.ABSENT;
  }

  public boolean isFenced() {
    return status == Status.FENCED;
  }

  /** An outcome that needs no reason. */
  public static EffectOutcome of(Status status) {
    return new EffectOutcome(status, "");
  }

  /** An outcome with what an operator should know of it. */
  public static EffectOutcome of(Status status, String reason) {
    return new EffectOutcome(status, reason);
  }
}
