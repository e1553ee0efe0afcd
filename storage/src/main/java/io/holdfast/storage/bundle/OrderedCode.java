package io.holdfast.storage.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The keys under which an index keeps the slices of a partitioned tensor: an encoding that sorts
 * like (name, rank, start, length, start, length ...), drawn at {@link #sliceKey}.
 */
final class OrderedCode {

  /** The first byte of every slice key; no tensor's own name begins with it. */
  static final byte SLICE_KEY_MARK = 0;

  private static final int MAX_SIGNED_BYTES = 10;

  private OrderedCode() {}

  /**
   * The key of one stored slice.
   *
   * <pre>
   * 00                        the number 0
   * name 00 01                each 00 written 00 ff, each ff written ff 00
   * length rank               big endian, no leading zeros
   * (start length)*           signed; -1 as the length of a dimension taken whole
   * </pre>
   */
  static byte[] sliceKey(String name, TensorSlice slice) {
    ByteArrayOutputStream key = new ByteArrayOutputStream();
    appendUnsigned(key, 0);
    appendString(key, name.getBytes(StandardCharsets.UTF_8));
    appendUnsigned(key, slice.extents().size());
    for (TensorSlice.Extent extent : slice.extents()) {
      appendSigned(key, extent.start());
      appendSigned(key, extent.length());
    }
    return key.toByteArray();
  }

  private static void appendString(ByteArrayOutputStream out, byte[] text) {
    for (byte b : text) {
      out.write(b);
      if (b == 0) {
        out.write(0xff);
      } else if (b == (byte) 0xff) {
        out.write(0);
      }
    }
    out.write(0);
    out.write(1);
  }

  private static void appendUnsigned(ByteArrayOutputStream out, int value) {
    int length = (Integer.SIZE - Integer.numberOfLeadingZeros(value) + 7) / 8;
    out.write(length);
    for (int i = length - 1; i >= 0; i--) {
      out.write(value >>> (8 * i));
    }
  }

  /** The last n bytes of the sign-extended value, n smallest with room for n length bits. */
  static void appendSigned(ByteArrayOutputStream out, long value) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(value ^ (value >> 63));
    int length = bits / 7 + 1;
    byte sign = (byte) (value >> 63);
    byte[] extended =
        ByteBuffer.allocate(MAX_SIGNED_BYTES).put(sign).put(sign).putLong(value).array();
    int first = MAX_SIGNED_BYTES - length;
    if (length <= 8) {
      extended[first] ^= (byte) (0xff << (8 - length));
    } else {
      extended[first] ^= (byte) 0xff;
      extended[first + 1] ^= (byte) (0xff << (16 - length));
    }
    out.write(extended, first, length);
  }
}
