package io.holdfast.worker.exchange;

import io.holdfast.protocol.Generation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What stands before each payload, 64 bytes, little endian:
 *
 * <pre>
 *  0  magic "HFX1"      4      32  group              4
 *  4  kind              4      36  from               4
 *  8  term              8      40  to                 4
 * 16  round             8      44  offset in bytes    4
 * 24  step, or the key  8      48  payload bytes      4
 *                              52  payload CRC-32C    4
 *                              56  zero               4
 *                              60  CRC-32C of 0..59   4
 * </pre>
 *
 * @param kind what it is
 * @param generation of the round
 * @param step that the payload belongs to; in a hello the receiver's key
 * @param group of slices; in a hello the sender's number among the members
 * @param from first logical shard of the subtree whose sum this is; 0 but for gradients
 * @param to one past the last
 * @param offset of the payload's first byte in the slice
 * @param length of the payload in bytes
 * @param payloadCrc CRC-32C of the payload, not masked
 */
record FrameHeader(
    Kind kind,
    Generation generation,
    long step,
    int group,
    int from,
    int to,
    int offset,
    int length,
    int payloadCrc) {

  /** Bytes of a header. */
  static final int BYTES = 64;

  /** Bytes of a payload at most; a larger slice goes in several frames. */
  static final int MAX_PAYLOAD_BYTES = 256 << 10;

  private static final int MAGIC = 0x31584648;
  private static final int CRC_AT = 60;

  /** What a frame is. */
  enum Kind {
    /** First on a connection: who speaks, and that it may. */
    HELLO,
    /** Part of the sum of a slice's gradient over a subtree of logical shards. */
    GRADIENT,
    /** Part of a slice's new value. */
    VALUE,
    /** A sign of life. */
    PING
  }

  /** The bytes are no header of this version, or damaged. */
  static final class BadFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    BadFrameException(String line) {
      super(line);
    }
  }

  static FrameHeader hello(Generation generation, long key, int member) {
    return new FrameHeader(Kind.HELLO, generation, key, member, 0, 0, 0, 0, 0);
  }

  static FrameHeader ping(Generation generation) {
    return new FrameHeader(Kind.PING, generation, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Writes the 64 bytes from index 0 on. */
  void encode(ByteBuffer into) {
    into.order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0, MAGIC)
        .putInt(4, kind.ordinal())
        .putLong(8, generation.term())
        .putLong(16, generation.round())
        .putLong(24, step)
        .putInt(32, group)
        .putInt(36, from)
        .putInt(40, to)
        .putInt(44, offset)
        .putInt(48, length)
        .putInt(52, payloadCrc)
        .putInt(56, 0)
        .putInt(CRC_AT, headerCrc(into));
  }

  /**
   * Reads 64 bytes from index 0 on.
   *
   * @throws BadFrameException if they are not what {@link #encode} writes; says what is wrong
   */
  static FrameHeader decode(ByteBuffer bytes) throws BadFrameException {
    ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(0) != MAGIC) {
      throw new BadFrameException("no frame begins with 0x%08x".formatted(in.getInt(0)));
    }
    if (in.getInt(CRC_AT) != headerCrc(in)) {
      throw new BadFrameException("the checksum of a header is wrong");
    }
    int kind = in.getInt(4);
    if (kind < 0 || kind >= Kind.values().length || in.getInt(56) != 0) {
      throw new BadFrameException("frames of kind " + kind + " are unknown");
    }
    int length = in.getInt(48);
    if (length < 0 || length > MAX_PAYLOAD_BYTES) {
      throw new BadFrameException(
          "a frame of " + length + " bytes (allowed: 0 to " + MAX_PAYLOAD_BYTES + ")");
    }
    if (in.getLong(8) < 0 || in.getLong(16) < 0 || in.getInt(44) < 0) {
      throw new BadFrameException("negative numbers in a header");
    }
    return new FrameHeader(
        Kind.values()[kind],
        new Generation(in.getLong(8), in.getLong(16)),
        in.getLong(24),
        in.getInt(32),
        in.getInt(36),
        in.getInt(40),
        in.getInt(44),
        length,
        in.getInt(52));
  }

  private static int headerCrc(ByteBuffer bytes) {
    return crc(bytes.duplicate().position(0).limit(CRC_AT));
  }

  /** CRC-32C of the remaining bytes; leaves the buffer's position. */
  static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }
}
