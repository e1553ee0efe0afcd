package io.holdfast.model.optimizer;

import io.holdfast.job.plan.SumTree;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/** Sums of gradients over logical shards, in the one tree that fixes their bits. */
public final class GradientSum {
  private GradientSum() {}

  /**
   * {@code left += right}, element by element, from position 0 to the limits; gives {@code left}.
   */
  public static FloatBuffer add(FloatBuffer left, FloatBuffer right) {
    if (left.limit() != right.limit()) {
      throw new IllegalArgumentException(
          "sums of " + left.limit() + " and of " + right.limit() + " elements");
    }
    Blocks.add(left, right);
    return left;
  }

  /**
   * The sum over all shards; empty if all are. Reuses the operands' memory.
   *
   * @param shards in order, each the shard's sum, or nothing for an empty shard
   */
  public static Optional<FloatBuffer> overShards(List<Optional<FloatBuffer>> shards) {
    return SumTree.sumPresent(shards.size(), shards::get, GradientSum::add);
  }
}
