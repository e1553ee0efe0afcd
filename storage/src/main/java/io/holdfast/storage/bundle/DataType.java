package io.holdfast.storage.bundle;

/** TensorFlow's element types with their wire numbers ({@code tensorflow.DataType}). */
public enum DataType {
  FLOAT(1, 4),
  DOUBLE(2, 8),
  INT32(3, 4),
  UINT8(4, 1),
  INT16(5, 2),
  INT8(6, 1),
  STRING(7, 0),
  COMPLEX64(8, 8),
  INT64(9, 8),
  BOOL(10, 1),
  QINT8(11, 1),
  QUINT8(12, 1),
  QINT32(13, 4),
  BFLOAT16(14, 2),
  QINT16(15, 2),
  QUINT16(16, 2),
  UINT16(17, 2),
  COMPLEX128(18, 16),
  HALF(19, 2),
  RESOURCE(20, 0),
  VARIANT(21, 0),
  UINT32(22, 4),
  UINT64(23, 8),
  FLOAT8_E5M2(24, 1),
  FLOAT8_E4M3FN(25, 1),
  FLOAT8_E4M3FNUZ(26, 1),
  FLOAT8_E4M3B11FNUZ(27, 1),
  FLOAT8_E5M2FNUZ(28, 1),
  INT4(29, 1),
  UINT4(30, 1);

  private final int number;
  private final int bytes;

  DataType(int number, int bytes) {
    this.number = number;
    this.bytes = bytes;
  }

  /** The number that stands in a checkpoint. */
  public int number() {
    return number;
  }

  /**
   * Bytes of one element; 0 for {@link #STRING}, {@link #RESOURCE} and {@link #VARIANT}, whose
   * elements have no fixed size.
   */
  public int bytes() {
    return bytes;
  }

  /** Whether all elements take the same number of bytes, {@link #bytes()}. */
  public boolean hasFixedSize() {
    return bytes > 0;
  }

  /** Bytes of the numbers an element is made of: half an element for complex numbers. */
  int numberBytes() {
    return this == COMPLEX64 || this == COMPLEX128 ? bytes / 2 : bytes;
  }

  /**
   * Whether TensorFlow can put a tensor of this type together from slices. It cannot for half,
   * uint16 and string, among others, which are therefore always stored whole.
   */
  public boolean sliceable() {
    return switch (this) {
      case FLOAT, DOUBLE, INT32, UINT8, INT16, INT8, COMPLEX64, INT64, BOOL, BFLOAT16, COMPLEX128 ->
          true;
      case QINT8, QUINT8, QINT32 -> true;
      default -> false;
    };
  }

  /** The type as Python's TensorFlow names it, such as {@code float32}. */
  public String pythonName() {
    return switch (this) {
      case FLOAT -> "float32";
      case DOUBLE -> "float64";
      case HALF -> "float16";
      default -> name().toLowerCase(java.util.Locale.ROOT);
    };
  }

  /** The type of a wire number; empty for a number that no TensorFlow of today writes. */
  public static java.util.Optional<DataType> of(int number) {
    for (DataType type : values()) {
      if (type.number == number) {
        return java.util.Optional.of(type);
      }
    }
    return java.util.Optional.empty();
  }
}
