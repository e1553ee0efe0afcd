package io.holdfast.storage.bundle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a byte range front to back; whatever would lie outside of it is damage of the file. */
final class ByteCursor {

  private static final int MAX_VARINT_BYTES = 10;

  private final String file;
  private final ByteBuffer bytes;

  ByteCursor(String file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  int position() {
    return bytes.position();
  }

  int remaining() {
    return bytes.remaining();
  }

  /** A protobuf base-128 number of up to 64 bits. */
  long varint64() throws DamagedCheckpointException {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      byte next = uint8();
      if (i == MAX_VARINT_BYTES - 1 && next > 1) {
        break;
      }
      value |= (long) (next & 0x7f) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw damage("a number has too many bytes");
  }

  /** A base-128 number that counts bytes of this range: not negative, not beyond what is left. */
  int length(String what) throws DamagedCheckpointException {
    long value = varint64();
    if (value < 0 || value > bytes.remaining()) {
      throw damage(what + " " + Long.toUnsignedString(value) + " exceeds the bytes that follow");
    }
    return (int) value;
  }

  byte uint8() throws DamagedCheckpointException {
    if (!bytes.hasRemaining()) {
      throw damage("ends in the middle of a number");
    }
    return bytes.get();
  }

  /** Copies the next {@code target.length - from} bytes behind the first {@code from} of target. */
  void copy(byte[] target, int from) throws DamagedCheckpointException {
    if (target.length - from > bytes.remaining()) {
      throw damage("ends in the middle of an entry");
    }
    bytes.get(target, from, target.length - from);
  }

  DamagedCheckpointException damage(String problem) {
    return new DamagedCheckpointException(file, problem);
  }
}
