package io.holdfast.coordinator.protocol;

/**
 * Periodic saves that were done without, as far as people have been told of them: where each step
 * may be one, a line for each would hide all others.
 *
 * @param untold since the last line
 * @param toldNanos when that was said
 */
public record Skips(long untold, long toldNanos) {
  static final Skips NONE = new Skips(0, Long.MIN_VALUE);

  /** Whether it is time for a line. */
  boolean isDue(long nowNanos) {
    return toldNanos == Long.MIN_VALUE || nowNanos - toldNanos >= Limits.SKIPS_TOLD.toNanos();
  }

  /** What the line ends with. */
  String others() {
    return untold == 0 ? "" : " (and " + untold + " others before it)";
  }

  Skips told(long nowNanos) {
    return new Skips(0, nowNanos);
  }

  Skips more() {
    return new Skips(untold + 1, toldNanos);
  }
}
