package io.holdfast.worker.runtime;

/** The job or its data cannot be trained; the message is one line for people. */
final class BadInputException extends Exception {
  private static final long serialVersionUID = 1L;

  BadInputException(String line) {
    super(line);
  }
}
