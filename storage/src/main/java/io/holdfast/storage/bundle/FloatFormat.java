package io.holdfast.storage.bundle;

/**
 * A floating-point format of at most 16 bits: sign, exponent, mantissa, from the highest bit down.
 *
 * @param exponentBits bits of the exponent
 * @param mantissaBits bits of the mantissa
 * @param bias what the exponent is stored with
 * @param specials how infinities and NaN are stored
 */
record FloatFormat(int exponentBits, int mantissaBits, int bias, Specials specials) {

  /** What bit patterns stand for something else than a finite number. */
  enum Specials {
    /** As in IEEE 754: the largest exponent stands for infinity and NaN. */
    IEEE,
    /** No infinity; NaN is all ones but for the sign. */
    FINITE,
    /** No infinity, no negative zero; NaN is what would be the negative zero. */
    FINITE_UNSIGNED_ZERO
  }

  private static final FloatFormat HALF = new FloatFormat(5, 10, 15, Specials.IEEE);
  private static final FloatFormat BFLOAT16 = new FloatFormat(8, 7, 127, Specials.IEEE);

  /** The format of a floating-point type of 8 or 16 bits. */
  static FloatFormat of(DataType dtype) {
    return switch (dtype) {
      case HALF -> HALF;
      case BFLOAT16 -> BFLOAT16;
      case FLOAT8_E5M2 -> new FloatFormat(5, 2, 15, Specials.IEEE);
      case FLOAT8_E4M3FN -> new FloatFormat(4, 3, 7, Specials.FINITE);
      case FLOAT8_E4M3FNUZ -> new FloatFormat(4, 3, 8, Specials.FINITE_UNSIGNED_ZERO);
      case FLOAT8_E4M3B11FNUZ -> new FloatFormat(4, 3, 11, Specials.FINITE_UNSIGNED_ZERO);
      case FLOAT8_E5M2FNUZ -> new FloatFormat(5, 2, 16, Specials.FINITE_UNSIGNED_ZERO);
      default -> throw new IllegalArgumentException(dtype + " is no small floating-point type");
    };
  }

  /** The number of the lowest bits; exact, for a float has room for all of them. */
  float decode(int bits) {
    int mantissa = bits & ((1 << mantissaBits) - 1);
    int exponent = bits >> mantissaBits & ((1 << exponentBits) - 1);
    boolean negative = (bits >> (mantissaBits + exponentBits) & 1) == 1;
    float magnitude = magnitude(exponent, mantissa, negative);
    return negative ? -magnitude : magnitude;
  }

  private float magnitude(int exponent, int mantissa, boolean negative) {
    boolean highest = exponent == (1 << exponentBits) - 1;
    if (specials == Specials.IEEE && highest) {
      return mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    }
    if (specials == Specials.FINITE && highest && mantissa == (1 << mantissaBits) - 1) {
      return Float.NaN;
    }
    boolean zero = exponent == 0 && mantissa == 0;
    if (specials == Specials.FINITE_UNSIGNED_ZERO && zero && negative) {
      return Float.NaN;
    }
    int significand = exponent == 0 ? mantissa : mantissa | 1 << mantissaBits;
    return Math.scalb((float) significand, Math.max(1, exponent) - bias - mantissaBits);
  }
}
