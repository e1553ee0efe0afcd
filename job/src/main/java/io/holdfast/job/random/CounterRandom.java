package io.holdfast.job.random;

import java.util.Objects;

/**
 * One stream of random numbers, each a pure function of (seed, purpose, layer, step, row, element).
 * Immutable; any thread may draw any number at any time and any number of times.
 *
 * <p>The key of {@link Philox} is a hash of (seed, purpose, layer), different for each purpose and
 * layer of one seed. The counter is (block of elements, row, step low, step high). A block gives
 * four 32-bit draws ({@link #bits}, {@link #uniform}) or two 64-bit draws (the others); use one
 * kind in one stream.
 */
public final class CounterRandom {

  /** What numbers are for; numbers of different purposes are independent. */
  public enum Purpose {
    INITIAL_VALUE,
    SHUFFLE,
    DROPOUT,
    SAMPLE,
    LABEL,
    TARGET
  }

  private static final double TO_UNIT_DOUBLE = 0x1.0p-53;
  private static final float TO_UNIT_FLOAT = 0x1.0p-24f;

  private final int key0;
  private final int key1;

  private CounterRandom(long key) {
    this.key0 = (int) key;
    this.key1 = (int) (key >>> 32);
  }

  /**
   * A stream.
   *
   * @param seed the job's
   * @param layer tells streams of one purpose apart: position of the layer or number of the
   *     variable; 0 where there is but one
   */
  public static CounterRandom of(long seed, Purpose purpose, int layer) {
    Objects.requireNonNull(purpose);
    long stream = ((long) purpose.ordinal() << 32) | (layer & 0xFFFFFFFFL);
    return new CounterRandom(mix(mix(seed) + stream));
  }

  /** 32 random bits of (step, row, element). */
  public int bits(long step, int row, long element) {
    int[] words = block(step, row, element >>> 2);
    return words[(int) (element & 3)];
  }

  /** Uniform in [0, 1): a multiple of 2^-24. */
  public float uniform(long step, int row, long element) {
    return unit(bits(step, row, element));
  }

  /**
   * {@link #uniform} of {@code count} elements from {@code firstElement} on, into {@code into} from
   * {@code offset} on: the same numbers, four times as fast.
   */
  public void uniforms(long step, int row, long firstElement, float[] into, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, into.length);
    int[] words = null;
    for (int i = 0; i < count; i++) {
      long element = firstElement + i;
      if (words == null || (element & 3) == 0) {
        words = block(step, row, element >>> 2);
      }
      into[offset + i] = unit(words[(int) (element & 3)]);
    }
  }

  /** Uniform in [0, bound), bound at least 1; the bias is below bound / 2^64. */
  public int below(int bound, long step, int row, long element) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound " + bound);
    }
    long bits = bits64(step, row, element);
    long high = (bits >>> 32) * bound;
    long low = (bits & 0xFFFFFFFFL) * bound;
    return (int) ((high + (low >>> 32)) >>> 32);
  }

  /** Normal with mean 0 and standard deviation 1. */
  public double normal(long step, int row, long element) {
    return NormalDistribution.quantile(openUnit(step, row, element));
  }

  /**
   * Normal with mean 0 and standard deviation 1 before what lies beyond 2 is cut off (Keras's
   * truncated normal: redrawn there, the same distribution here).
   */
  public double truncatedNormal(long step, int row, long element) {
    return NormalDistribution.truncatedQuantile(openUnit(step, row, element));
  }

  /** In (0, 1), never an end of it. */
  private double openUnit(long step, int row, long element) {
    return ((bits64(step, row, element) >>> 11) + 0.5) * TO_UNIT_DOUBLE;
  }

  private long bits64(long step, int row, long element) {
    int[] words = block(step, row, element >>> 1);
    int at = (int) (element & 1) * 2;
    return ((long) words[at + 1] << 32) | (words[at] & 0xFFFFFFFFL);
  }

  private int[] block(long step, int row, long block) {
    if (block < 0 || block > 0xFFFFFFFFL) {
      throw new IllegalArgumentException("block of elements " + block + " is not in [0, 2^32)");
    }
    int[] words = {(int) block, row, (int) step, (int) (step >>> 32)};
    Philox.apply(key0, key1, words);
    return words;
  }

  private static float unit(int bits) {
    return (bits >>> 8) * TO_UNIT_FLOAT;
  }

  /**
   * The finalizer of SplitMix64 (Steele et al., 2014) after one step of its sequence; a bijection.
   */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
