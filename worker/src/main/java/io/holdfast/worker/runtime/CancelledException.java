package io.holdfast.worker.runtime;

/** Unwinds work whose generation is over; carries nothing, for nobody waits for its result. */
final class CancelledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CancelledException() {
    super("the generation is over", null, false, false);
  }
}
