package io.holdfast.model;

import io.holdfast.job.MetricFunction;
import java.util.EnumMap;
import java.util.Map;

/**
 * Sums over the rows of a shard, or of several; means are taken once, by who has the sum of all.
 *
 * @param rows number of rows
 * @param loss sum of the rows' losses
 * @param metrics sums of the rows' metrics, in the job's order of declaration
 */
public record ShardSums(long rows, double loss, Map<MetricFunction, Double> metrics) {

  /** The sums of an empty shard that has no metrics. */
  public static final ShardSums EMPTY = new ShardSums(0, 0, Map.of());

  public ShardSums {
    metrics = Map.copyOf(metrics);
  }

  /** The sums over both; the order of operands matters for the last bit of the loss. */
  public ShardSums plus(ShardSums right) {
    if (right.rows == 0) {
      return this;
    }
    if (rows == 0) {
      return right;
    }
    Map<MetricFunction, Double> sums = new EnumMap<>(MetricFunction.class);
    metrics.forEach((metric, sum) -> sums.put(metric, sum + right.metrics.get(metric)));
    return new ShardSums(rows + right.rows, loss + right.loss, sums);
  }

  /** Mean loss of a row. */
  public double meanLoss() {
    return loss / rows;
  }

  /** Mean of a metric of the job. */
  public double mean(MetricFunction metric) {
    return metrics.get(metric) / rows;
  }
}
