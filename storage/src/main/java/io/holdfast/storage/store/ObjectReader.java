package io.holdfast.storage.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Random reads of one stored object. Safe for use by several threads. */
public interface ObjectReader extends Closeable {

  /** Bytes of the object when it was opened. */
  long length() throws IOException;

  /**
   * Fills {@code target} from its position to its limit with the bytes at {@code position}.
   *
   * @throws java.io.EOFException if the object ends before {@code target} is full
   */
  void readFully(long position, ByteBuffer target) throws IOException;
}
