package io.holdfast.storage.parity;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The exclusive or of blocks, each padded with zeros to the same length. For use by one thread. */
final class Xor {
  private final byte[] sum = new byte[ParityHeader.CHUNK_BYTES];
  private final byte[] block = new byte[ParityHeader.CHUNK_BYTES];
  private int length;

  /** Begins anew with blocks of so many bytes. */
  void clear(int bytes) {
    Arrays.fill(sum, 0, bytes, (byte) 0);
    length = bytes;
  }

  /** Room for the next block's bytes. */
  ByteBuffer block(int bytes) {
    return ByteBuffer.wrap(block, 0, bytes);
  }

  /** Adds the bytes that lie in {@link #block}. */
  void add(int bytes) {
    for (int i = 0; i < bytes; i++) {
      sum[i] ^= block[i];
    }
  }

  /** The exclusive or so far. */
  ByteBuffer bytes() {
    return ByteBuffer.wrap(sum, 0, length);
  }

  boolean isZero() {
    for (int i = 0; i < length; i++) {
      if (sum[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
