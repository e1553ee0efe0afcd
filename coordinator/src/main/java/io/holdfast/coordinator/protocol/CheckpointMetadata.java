package io.holdfast.coordinator.protocol;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a checkpoint holds besides variables: enough to go on as if nothing had happened.
 *
 * @param probeDigest which kernels computed it; empty if any may go on from it
 * @param epochSums training sums of the epoch under way at that step
 * @param best the best evaluation up to that step
 * @param metrics by name, as in {@code steps --json}
 */
public record CheckpointMetadata(
    String probeDigest, Sums epochSums, Optional<Best> best, Map<String, Double> metrics) {
  public CheckpointMetadata {
    Objects.requireNonNull(probeDigest);
    Objects.requireNonNull(epochSums);
    Objects.requireNonNull(best);
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
  }

  /** The best value of the monitored metric and the step it belongs to. */
  public record Best(String monitor, double value, long step) {}
}
