package io.holdfast.simulation;

/** Something happened that must never happen, or did not happen that must. */
final class Violation extends AssertionError {
  private static final long serialVersionUID = 1L;

  Violation(String message) {
    super(message);
  }
}
