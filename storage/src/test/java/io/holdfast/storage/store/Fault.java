package io.holdfast.storage.store;

/** What befalls one call to the file system of a {@link FaultyStore}. */
public enum Fault {
  /** Nothing: it succeeds. */
  NONE,
  /** The process dies before the call; what it wrote stays in the page cache. */
  KILL_BEFORE,
  /** The process dies after the call has taken effect. */
  KILL_AFTER,
  /** All machines lose power before the call. */
  POWER_LOSS_BEFORE,
  /** All machines lose power after the call has taken effect. */
  POWER_LOSS_AFTER,
  /** The call has no effect and fails with EIO. */
  ERROR,
  /** The call takes effect and fails with EIO all the same. */
  ERROR_AFTER,
  /**
   * A write stores some of its bytes and fails with ENOSPC; any other call fails without effect.
   */
  NO_SPACE;

  boolean isAfter() {
    return this == KILL_AFTER || this == POWER_LOSS_AFTER || this == ERROR_AFTER;
  }
}
