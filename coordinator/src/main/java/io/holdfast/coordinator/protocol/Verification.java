package io.holdfast.coordinator.protocol;

/**
 * A commit that is to be read back.
 *
 * @param asked whether the answer is outstanding
 * @param failures times in a row that storage did not answer
 * @param retryAtNanos not before then is it tried again
 */
public record Verification(
    String prefix, long step, boolean asked, int failures, long retryAtNanos) {
  Verification ask() {
    return new Verification(prefix, step, true, failures, 0);
  }

  Verification failedUntil(long nanos) {
    return new Verification(prefix, step, false, failures + 1, nanos);
  }
}
