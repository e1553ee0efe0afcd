package io.holdfast.coordinator.protocol;

import java.time.Duration;

/** The bounds of the leader's machine that no job file sets. */
public final class Limits {
  /**
   * Shard file 0 is the leader's own: what a checkpoint says besides variables. Workers write those
   * from this number on.
   */
  public static final int FIRST_WORKER_SHARD = 1;

  /** Workers connected at the same time; more are refused. */
  public static final int MAX_WORKERS = 1024;

  /** The first pause before storage is asked again; doubled up to {@link #MAX_RETRY_PAUSE}. */
  public static final Duration FIRST_RETRY_PAUSE = Duration.ofMillis(200);

  /** The longest pause before storage is asked again. */
  public static final Duration MAX_RETRY_PAUSE = Duration.ofSeconds(10);

  /** Attempts of the save of a requested stop, and orders to stop before it is done at once. */
  public static final int MAX_STOP_SAVES = 3;

  /** Failures of workers by their own fault, in one term, before the run is ended as a bug. */
  public static final int MAX_BUGS = 3;

  /**
   * Complaints by workers in a row of damage in a checkpoint that storage finds good, before the
   * run is ended.
   */
  public static final int MAX_DISPUTED_CHECKPOINTS = 3;

  /** People are told of periodic saves that are done without at most so often. */
  static final Duration SKIPS_TOLD = Duration.ofSeconds(10);

  /** Commits that wait to be read back; with more, a save waits. */
  public static final int MAX_PENDING_VERIFICATIONS = 8;

  /** Times in a row that a commit is read back in vain before that is given up. */
  public static final int MAX_VERIFY_ATTEMPTS = 5;

  /** Requests of operators that wait for their answer; more are refused. */
  public static final int MAX_OPERATOR_REQUESTS = 64;

  /** Refused workers that operators are still shown; older ones are forgotten. */
  public static final int MAX_REFUSALS_SHOWN = 16;

  /** Names in a message for people; of more only the number is told. */
  public static final int MAX_NAMES_SHOWN = 16;

  /** How long the newest spare must have been ready before a round is enlarged for it. */
  public static final Duration GROW_SETTLE = Duration.ofSeconds(1);

  /** Rounds in a row that may end by a lost connection between the same two members. */
  public static final int MAX_PEER_LOSSES = 3;

  private Limits() {}

  /** The pause before attempt {@code failures + 1} after so many failures in a row, nanoseconds. */
  static long retryPauseNanos(int failures) {
    int doublings = Math.min(Math.max(failures - 1, 0), 20);
    return Math.min(FIRST_RETRY_PAUSE.toNanos() << doublings, MAX_RETRY_PAUSE.toNanos());
  }
}
