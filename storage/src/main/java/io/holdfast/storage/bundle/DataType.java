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
  UINT32(22, 4),
  UINT64(23, 8);

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

  /** Bytes of one element; 0 for {@link #STRING}, whose elements have no fixed size. */
  public int bytes() {
    return bytes;
  }

  /**
   * Whether TensorFlow can put a tensor of this type together from slices. It cannot for half,
   * uint16 and string, which are therefore always stored whole.
   */
  public boolean sliceable() {
    return this != HALF && this != UINT16 && this != STRING;
  }

  /**
   * The type of a wire number; empty for numbers that this program does not store (resource,
   * variant, float8 ...).
   */
  public static java.util.Optional<DataType> of(int number) {
    for (DataType type : values()) {
      if (type.number == number) {
        return java.util.Optional.of(type);
      }
    }
    return java.util.Optional.empty();
  }
}
