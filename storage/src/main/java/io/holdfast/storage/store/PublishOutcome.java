package io.holdfast.storage.store;

import java.util.Objects;

/**
 * How a publish ended.
 *
 * @param status what is known
 * @param reason for an operator: what failed; empty where nothing did
 */
public record PublishOutcome(Status status, String reason) {

  /** What is known after a publish. */
  public enum Status {
    /** This call made it visible and durable. */
    PUBLISHED,
    /** The name holds exactly these bytes already, durably: an earlier call had succeeded. */
    ALREADY_THERE_SAME,
    /** The name holds other bytes, which stay. */
    EXISTS_OTHER,
    /**
     * A later term leads; this call did nothing. What an earlier UNKNOWN did is for the later term
     * to see.
     */
    FENCED,
    /** Known not to have happened; the caller may clean up. */
    FAILED,
    /** May have happened, or may still become visible: ask again, delete nothing. */
    UNKNOWN
  }

  public PublishOutcome {
    Objects.requireNonNull(status);
    Objects.requireNonNull(reason);
  }

  /** Whether the object is there with the bytes asked for. */
  public boolean isThere() {
    return status == Status.PUBLISHED || status == Status.ALREADY_THERE_SAME;
  }

  /** An outcome that needs no reason. */
  public static PublishOutcome of(Status status) {
    return new PublishOutcome(status, "");
  }

  /** An outcome with what an operator should know of it. */
  public static PublishOutcome of(Status status, String reason) {
    return new PublishOutcome(status, reason);
  }
}
