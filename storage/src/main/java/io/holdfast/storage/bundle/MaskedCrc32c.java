package io.holdfast.storage.bundle;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum of TensorFlow's and LevelDB's formats: CRC-32C, rotated and offset so that a
 * checksum stored among checksummed bytes stays strong.
 */
public final class MaskedCrc32c {

  /** The masked checksum of no bytes. */
  public static final int OF_NOTHING = mask(0);

  private static final int DELTA = 0xa282ead8;

  private MaskedCrc32c() {}

  /** The masked checksum of the bytes between {@code bytes}' position and limit, left unmoved. */
  public static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return masked(crc);
  }

  /** The masked form of what {@code crc} has seen so far. */
  public static int masked(CRC32C crc) {
    return mask((int) crc.getValue());
  }

  /** The masked form of a plain CRC-32C. */
  public static int mask(int crc) {
    return Integer.rotateRight(crc, 15) + DELTA;
  }

  /** The plain CRC-32C of a masked one. */
  public static int unmask(int masked) {
    return Integer.rotateLeft(masked - DELTA, 15);
  }

  /** As operators read it: eight hexadecimal digits. */
  public static String hex(int masked) {
    return String.format("%08x", masked);
  }
}
