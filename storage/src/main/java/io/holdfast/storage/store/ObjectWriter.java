package io.holdfast.storage.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes one new object from front to back. For use by one thread. {@link #close} without a prior
 * {@link #sync} promises nothing about the bytes.
 */
public interface ObjectWriter extends Closeable {

  /** Appends the bytes from {@code source}'s position to its limit. */
  void write(ByteBuffer source) throws IOException;

  /** Bytes written so far. */
  long position();

  /**
   * Returns when all bytes written so far, and the object's name, survive a crash of the machine.
   */
  void sync() throws IOException;
}
