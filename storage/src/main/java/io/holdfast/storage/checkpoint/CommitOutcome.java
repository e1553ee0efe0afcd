package io.holdfast.storage.checkpoint;

import java.util.Objects;

/**
 * How a commit ended.
 *
 * @param status what is known
 * @param reason for an operator; also for COMMITTED, where {@code checkpoint} could not be
 *     rewritten
 */
public record CommitOutcome(Status status, String reason) {

  /** What is known after a commit. */
  public enum Status {
    /** The checkpoint exists, durably. */
    COMMITTED,
    /** What was reported makes no whole checkpoint; it does not exist, the save may be cleaned. */
    REJECTED,
    /** The store failed before anything was visible; it does not exist, the save may be cleaned. */
    FAILED,
    /** An index of this name is there and is not the one asked for; nothing may be cleaned. */
    CONFLICT,
    /** A later term leads. What an earlier UNKNOWN did is for that term to see. */
    FENCED,
    /** It may exist: ask again with the same request, delete nothing. */
    UNKNOWN
  }

  public CommitOutcome {
    Objects.requireNonNull(status);
    Objects.requireNonNull(reason);
  }

  /** Whether it is known that the checkpoint does not exist, so that its files may go. */
  public boolean mayCleanUp() {
    return status == Status.REJECTED || status == Status.FAILED;
  }

  static CommitOutcome of(Status status, String reason) {
    return new CommitOutcome(status, reason);
  }
}
