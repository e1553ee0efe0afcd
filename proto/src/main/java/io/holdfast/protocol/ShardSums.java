package io.holdfast.protocol;

import java.util.List;

/**
 * Sums over the rows of one logical shard of a batch; nothing is divided yet.
 *
 * @param shard which logical shard
 * @param loss sum of the samples' losses
 * @param weight number of rows, or the sum of their weights
 * @param metrics sum of each metric, in the job's order
 */
public record ShardSums(int shard, double loss, double weight, List<Double> metrics) {
  public ShardSums {
    metrics = List.copyOf(metrics);
    if (shard < 0) {
      throw new IllegalArgumentException("negative shard " + shard);
    }
  }
}
