package io.holdfast.storage;

import java.io.IOException;

/** A file is needed and a directory lies there. */
public final class NotAFileException extends IOException {
  private static final long serialVersionUID = 1L;

  public NotAFileException(String name) {
    super(name + ": a directory, not a file");
  }
}
