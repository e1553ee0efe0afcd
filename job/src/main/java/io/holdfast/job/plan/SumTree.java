package io.holdfast.job.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

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

  /**
   * A node of the tree: the leaves from {@code from} to before {@code to}.
   *
   * @param from at least 0
   * @param to above from
   */
  public record Span(int from, int to) {
    public Span {
      if (from < 0 || to <= from) {
        throw new IllegalArgumentException("no leaves from " + from + " to " + to);
      }
    }

    /** Whether it has one leaf. */
    public boolean isLeaf() {
      return to - from == 1;
    }

    /** The left operand; for spans of two leaves and more. */
    public Span left() {
      return new Span(from, from + leftSize(to - from));
    }

    /** The right operand; for spans of two leaves and more. */
    public Span right() {
      return new Span(from + leftSize(to - from), to);
    }
  }

  /**
   * The largest nodes of a tree of n leaves that lie whole in {@code leaves}, from left to right:
   * who holds these leaves can sum each of them alone.
   */
  public static List<Span> spans(int n, Set<Integer> leaves) {
    requireLeaves(n);
    List<Span> spans = new ArrayList<>();
    collect(new Span(0, n), leaves, spans);
    return List.copyOf(spans);
  }

  private static void collect(Span node, Set<Integer> leaves, List<Span> into) {
    if (IntStream.range(node.from(), node.to()).allMatch(leaves::contains)) {
      into.add(node);
    } else if (!node.isLeaf()) {
      collect(node.left(), leaves, into);
      collect(node.right(), leaves, into);
    }
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
