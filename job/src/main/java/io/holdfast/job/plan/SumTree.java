package io.holdfast.job.plan;

import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.IntFunction;

/**
 * The fixed tree in which sums over n shards (or slices) are taken, so that floating point gives
 * the same bits wherever the shards are: [from, to) is split at the largest power of two below its
 * length, and the lower part is the left operand.
 */
public final class SumTree {
  private SumTree() {}

  /**
   * The sum of n leaves, n at least 1, evaluated depth first and from left to right: at most
   * log2(n) + 1 partial sums exist at once.
   *
   * @param add may reuse its left operand for the result
   */
  public static <T> T sum(int n, IntFunction<T> leaf, BinaryOperator<T> add) {
    requireLeaves(n);
    return sum(0, n, leaf, add);
  }

  /**
   * As {@link #sum}, where an absent leaf (an empty shard) adds nothing: the other operand is taken
   * as it is. Empty when every leaf is absent.
   */
  public static <T> Optional<T> sumPresent(
      int n, IntFunction<Optional<T>> leaf, BinaryOperator<T> add) {
    requireLeaves(n);
    return sum(0, n, leaf, (left, right) -> addPresent(left, right, add));
  }

  /** How many of n leaves, n at least 2, are in the left part: the largest power of two below n. */
  public static int leftSize(int n) {
    if (n < 2) {
      throw new IllegalArgumentException("a tree of " + n + " leaves has no parts");
    }
    return Integer.highestOneBit(n - 1);
  }

  private static <T> T sum(int from, int to, IntFunction<T> leaf, BinaryOperator<T> add) {
    if (to - from == 1) {
      return leaf.apply(from);
    }
    int middle = from + leftSize(to - from);
    T left = sum(from, middle, leaf, add);
    T right = sum(middle, to, leaf, add);
    return add.apply(left, right);
  }

  private static <T> Optional<T> addPresent(
      Optional<T> left, Optional<T> right, BinaryOperator<T> add) {
    if (left.isEmpty()) {
      return right;
    }
    return right.isEmpty() ? left : Optional.of(add.apply(left.get(), right.get()));
  }

  private static void requireLeaves(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("a sum needs at least one leaf, not " + n);
    }
  }
}
