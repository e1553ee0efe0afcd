package io.holdfast.storage.bundle;

import java.nio.ByteBuffer;

/** How far the elements of two tensors of one type are from each other. A view of both. */
public final class ElementDistance {
  private final DataType dtype;
  private final ByteBuffer firstBytes;
  private final ByteBuffer secondBytes;
  private final Elements first;
  private final Elements second;

  /**
   * The distances of the elements from position to limit.
   *
   * @param dtype a type of fixed size
   * @param first little endian; left unmoved
   * @param second as many bytes
   */
  public ElementDistance(DataType dtype, ByteBuffer first, ByteBuffer second) {
    if (first.remaining() != second.remaining()) {
      throw new IllegalArgumentException(
          first.remaining() + " bytes against " + second.remaining());
    }
    this.dtype = dtype;
    this.firstBytes = first.slice();
    this.secondBytes = second.slice();
    this.first = new Elements(dtype, first);
    this.second = new Elements(dtype, second);
  }

  public int count() {
    return first.count();
  }

  /** Whether all bits of the two elements are the same. */
  public boolean isSame(int index) {
    int from = index * dtype.bytes();
    for (int at = from; at < from + dtype.bytes(); at++) {
      if (firstBytes.get(at) != secondBytes.get(at)) {
        return false;
      }
    }
    return true;
  }

  /**
   * |a - b|; 0 for NaN against NaN. For integers the difference is taken exactly. Not finite where
   * one of the two is NaN or they are not the same infinity.
   */
  public double absolute(int index) {
    return switch (dtype) {
      case INT64 -> signed(first.bits(index), second.bits(index));
      case UINT64 -> unsigned(first.bits(index), second.bits(index));
      case COMPLEX64, COMPLEX128 -> complex(first.complex(index), second.complex(index));
      default -> real(first.number(index), second.number(index));
    };
  }

  /** |a - b| / max(|a|, |b|); 0 where that is 0 / 0. */
  public double relative(int index) {
    double absolute = absolute(index);
    double larger = Math.max(Math.abs(first.number(index)), Math.abs(second.number(index)));
    return absolute == 0 ? 0 : absolute / larger;
  }

  private static double signed(long a, long b) {
    long difference = a - b;
    boolean overflows = ((a ^ b) & (a ^ difference)) < 0;
    return Math.abs(overflows ? (double) a - (double) b : (double) difference);
  }

  private static double unsigned(long a, long b) {
    return Elements.unsigned(Long.compareUnsigned(a, b) > 0 ? a - b : b - a).doubleValue();
  }

  private static double complex(Elements.Complex a, Elements.Complex b) {
    return Math.hypot(
        real(a.real().doubleValue(), b.real().doubleValue()),
        real(a.imaginary().doubleValue(), b.imaginary().doubleValue()));
  }

  private static double real(double a, double b) {
    boolean same = a == b || (Double.isNaN(a) && Double.isNaN(b));
    return same ? 0 : Math.abs(a - b);
  }
}
