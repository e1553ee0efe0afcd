package io.holdfast.job.file;

import java.io.IOException;

/** A data file was read, and is not what it should be. */
final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedFileException(String problem) {
    super(problem);
  }

  MalformedFileException(String problem, Exception cause) {
    super(problem, cause);
  }
}
