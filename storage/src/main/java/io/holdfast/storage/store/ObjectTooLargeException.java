package io.holdfast.storage.store;

import java.io.IOException;

/** An object is larger than the reader is willing to hold in memory; nothing of it was read. */
public final class ObjectTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  public ObjectTooLargeException(String name, long length, int limitBytes) {
    super(name + " has " + length + " bytes, at most " + limitBytes + " are read");
  }
}
