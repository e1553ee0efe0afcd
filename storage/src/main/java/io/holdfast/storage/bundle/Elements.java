package io.holdfast.storage.bundle;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The elements of a tensor's bytes as numbers, for every type of fixed size. A view: the bytes are
 * not copied.
 */
public final class Elements {
  private static final long BYTE_MASK = 0xff;
  private static final long SHORT_MASK = 0xffff;
  private static final long INT_MASK = 0xffffffffL;

  /**
   * A complex number.
   *
   * @param real real part, a Float or a Double
   * @param imaginary imaginary part, of the same class
   */
  public record Complex(Number real, Number imaginary) {
    /** Python's notation: {@code (1.0+2.0j)}. */
    @Override
    public String toString() {
      String sign = imaginary.toString().startsWith("-") ? "" : "+";
      return "(" + real + sign + imaginary + "j)";
    }
  }

  private final DataType dtype;
  private final ByteBuffer bytes;

  /**
   * The elements from the buffer's position to its limit.
   *
   * @param dtype a type of fixed size
   * @param bytes little endian; left unmoved
   */
  public Elements(DataType dtype, ByteBuffer bytes) {
    if (!dtype.hasFixedSize() || bytes.remaining() % dtype.bytes() != 0) {
      throw new IllegalArgumentException(bytes.remaining() + " bytes of " + dtype);
    }
    this.dtype = dtype;
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  public int count() {
    return bytes.limit() / dtype.bytes();
  }

  /**
   * An element as exactly as Java can say it: Float for floating point of at most 32 bits, Double,
   * Long for integers, BigInteger for a uint64 above Long, Boolean, {@link Complex}.
   */
  public Object value(int index) {
    return switch (dtype) {
      case DOUBLE -> bytes.getDouble(index * Double.BYTES);
      case BOOL -> bytes.get(index) != 0;
      case COMPLEX64, COMPLEX128 -> complex(index);
      case UINT64 -> unsigned(bytes.getLong(index * Long.BYTES));
      default -> isInteger(dtype) ? (Object) whole(index) : (Object) (float) number(index);
    };
  }

  static Number unsigned(long bits) {
    return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
  }

  /** An element as float64; of a complex one its absolute value; 0 or 1 for a boolean. */
  public double number(int index) {
    return switch (dtype) {
      case FLOAT -> bytes.getFloat(index * Float.BYTES);
      case DOUBLE -> bytes.getDouble(index * Double.BYTES);
      case BOOL -> bytes.get(index) != 0 ? 1 : 0;
      case UINT64 -> unsigned(bytes.getLong(index * Long.BYTES)).doubleValue();
      case COMPLEX64, COMPLEX128 -> {
        Complex complex = complex(index);
        yield Math.hypot(complex.real().doubleValue(), complex.imaginary().doubleValue());
      }
      default ->
          isInteger(dtype)
              ? whole(index)
              : FloatFormat.of(dtype)
                  .decode(dtype.bytes() == 2 ? bytes.getShort(index * 2) : bytes.get(index));
    };
  }

  private long whole(int index) {
    return switch (dtype) {
      case INT8, QINT8 -> bytes.get(index);
      case UINT8, QUINT8 -> bytes.get(index) & BYTE_MASK;
      // One a byte, in its lower half.
      case INT4 -> (byte) (bytes.get(index) << 4) >> 4;
      case UINT4 -> bytes.get(index) & 0xf;
      case INT16, QINT16 -> bytes.getShort(index * Short.BYTES);
      case UINT16, QUINT16 -> bytes.getShort(index * Short.BYTES) & SHORT_MASK;
      case INT32, QINT32 -> bytes.getInt(index * Integer.BYTES);
      case UINT32 -> bytes.getInt(index * Integer.BYTES) & INT_MASK;
      case INT64 -> bytes.getLong(index * Long.BYTES);
      default -> throw new IllegalStateException(dtype + " is no integer");
    };
  }

  /** Whether {@link #value} gives whole numbers. */
  public static boolean isInteger(DataType dtype) {
    return switch (dtype) {
      case INT8, QINT8, UINT8, QUINT8, INT4, UINT4, INT16, QINT16, UINT16, QUINT16 -> true;
      case INT32, QINT32, UINT32, INT64, UINT64 -> true;
      default -> false;
    };
  }

  /** The 64 bits of an element of a 64-bit type. */
  long bits(int index) {
    return bytes.getLong(index * Long.BYTES);
  }

  /** A complex element's parts. */
  Complex complex(int index) {
    return dtype == DataType.COMPLEX64
        ? new Complex(bytes.getFloat(index * 8), bytes.getFloat(index * 8 + 4))
        : new Complex(bytes.getDouble(index * 16), bytes.getDouble(index * 16 + 8));
  }
}
