package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * SHA-256 over variables: equal digests have equal bits. Fed one variable after the other, in
 * unsigned byte order of their names in UTF-8; each is
 *
 * <pre>
 *   u32le  length of the name in bytes, then the name in UTF-8
 *   u32le  number of the dtype (tensorflow.DataType)
 *   u32le  rank
 *   i64le  each dimension, outermost first
 *   bytes  the values, row-major, little endian, in Keras's layout
 * </pre>
 *
 * For use by one thread.
 */
public final class VariableDigest {
  private static final String ALGORITHM = "SHA-256";

  private final MessageDigest digest;
  private byte[] lastName = new byte[0];
  private boolean any;
  private long missingBytes;

  public VariableDigest() {
    try {
      this.digest = MessageDigest.getInstance(ALGORITHM);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  /**
   * Begins the next variable.
   *
   * @throws IllegalStateException if the one before is not complete
   * @throws IllegalArgumentException if the name does not come after the one before, or the dtype
   *     has no fixed size
   */
  public void begin(String name, DataType dtype, TensorShape shape) {
    requireComplete();
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (any && Arrays.compareUnsigned(lastName, utf8) >= 0) {
      throw new IllegalArgumentException("variable out of order: " + name);
    }
    if (dtype.bytes() == 0) {
      throw new IllegalArgumentException(name + " has elements of no fixed size: " + dtype);
    }
    any = true;
    lastName = utf8;
    missingBytes = Math.multiplyExact(shape.elements(), dtype.bytes());
    ByteBuffer head =
        ByteBuffer.allocate(3 * Integer.BYTES + utf8.length + shape.rank() * Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(utf8.length).put(utf8).putInt(dtype.number()).putInt(shape.rank());
    shape.dims().forEach(head::putLong);
    digest.update(head.flip());
  }

  /** Takes the next of the variable's bytes, in any portions. */
  public void update(ByteBuffer bytes) {
    if (bytes.remaining() > missingBytes) {
      throw new IllegalArgumentException(
          bytes.remaining() + " bytes where " + missingBytes + " are missing");
    }
    missingBytes -= bytes.remaining();
    digest.update(bytes);
  }

  /** The digest as 64 hexadecimal digits; nothing may be added afterwards. */
  public String finish() {
    requireComplete();
    return HexFormat.of().formatHex(digest.digest());
  }

  private void requireComplete() {
    if (missingBytes > 0) {
      throw new IllegalStateException(
          missingBytes + " bytes are missing of " + new String(lastName, StandardCharsets.UTF_8));
    }
  }
}
