package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.ShardSums;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums over rows of losses, weights and metrics; a mean is taken once, at the end.
 *
 * @param metrics in the job's order
 */
public record Sums(double loss, double weight, List<Double> metrics) {
  public Sums {
    metrics = List.copyOf(metrics);
  }

  /** No rows. */
  public static Sums zero(int metrics) {
    return new Sums(0, 0, java.util.Collections.nCopies(metrics, 0.0));
  }

  static Sums of(ShardSums shard) {
    return new Sums(shard.loss(), shard.weight(), shard.metrics());
  }

  /** The sum with {@code other} as the right operand. */
  Sums plus(Sums other) {
    List<Double> sums = new ArrayList<>(metrics.size());
    for (int i = 0; i < metrics.size(); i++) {
      sums.add(metrics.get(i) + other.metrics.get(i));
    }
    return new Sums(loss + other.loss, weight + other.weight, sums);
  }

  public double meanLoss() {
    return weight == 0 ? 0 : loss / weight;
  }

  public double meanMetric(int index) {
    return weight == 0 ? 0 : metrics.get(index) / weight;
  }
}
