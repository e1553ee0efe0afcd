package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.CheckpointMetadata.Best;
import io.holdfast.protocol.ShardSums;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far training has come.
 *
 * @param step all members hold its state, unless {@code running}
 * @param running members compute the state of {@code step + 1}
 * @param reports sums of the step or evaluation under way, by the members that are through
 * @param epochSums of the epoch under way up to {@code step}
 * @param metrics by name at {@code step}
 * @param due the save that is due at {@code step} and not yet settled
 * @param stepLoss mean loss of the last batch
 * @param startedNanos when the step under way began
 */
public record Barrier(
    long step,
    boolean running,
    Map<String, List<ShardSums>> reports,
    Sums epochSums,
    Optional<Best> best,
    Map<String, Double> metrics,
    Optional<SaveKind> due,
    double stepLoss,
    double samplesPerSecond,
    long startedNanos) {
  public Barrier {
    reports = Collections.unmodifiableMap(new TreeMap<>(reports));
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    Objects.requireNonNull(epochSums);
    Objects.requireNonNull(best);
    Objects.requireNonNull(due);
  }

  /** At the state of a checkpoint, or at initial values. */
  static Barrier restored(Optional<Checkpoint> source, int metrics, double samplesPerSecond) {
    return new Barrier(
        source.map(Checkpoint::step).orElse(0L),
        false,
        Map.of(),
        epochSums(source, metrics),
        source.flatMap(c -> c.metadata().best()),
        source.map(c -> c.metadata().metrics()).orElse(Map.of()),
        Optional.empty(),
        Double.NaN,
        samplesPerSecond,
        0);
  }

  /** Of an epoch whose metrics were others, or are not known, the rest alone is summed. */
  private static Sums epochSums(Optional<Checkpoint> source, int metrics) {
    return source
        .map(c -> c.metadata().epochSums())
        .filter(sums -> sums.metrics().size() == metrics)
        .orElse(Sums.zero(metrics));
  }

  Barrier start(long nanos) {
    return new Barrier(
        step,
        true,
        Map.of(),
        epochSums,
        best,
        metrics,
        Optional.empty(),
        stepLoss,
        samplesPerSecond,
        nanos);
  }

  Barrier report(String workerId, List<ShardSums> sums) {
    Map<String, List<ShardSums>> more = new TreeMap<>(reports);
    more.put(workerId, sums);
    return new Barrier(
        step,
        running,
        more,
        epochSums,
        best,
        metrics,
        due,
        stepLoss,
        samplesPerSecond,
        startedNanos);
  }

  /** All members hold the state of the next step. */
  Barrier reached(
      Sums sumsOfEpoch, Map<String, Double> metricsHere, double loss, double rowsPerSecond) {
    return new Barrier(
        step + 1,
        false,
        Map.of(),
        sumsOfEpoch,
        best,
        metricsHere,
        Optional.empty(),
        loss,
        rowsPerSecond,
        startedNanos);
  }

  Barrier evaluated(Map<String, Double> metricsHere, Optional<Best> bestSoFar) {
    return new Barrier(
        step,
        false,
        Map.of(),
        epochSums,
        bestSoFar,
        metricsHere,
        due,
        stepLoss,
        samplesPerSecond,
        startedNanos);
  }

  Barrier withEpochSums(Sums sums) {
    return new Barrier(
        step, running, reports, sums, best, metrics, due, stepLoss, samplesPerSecond, startedNanos);
  }

  Barrier withDue(Optional<SaveKind> kind) {
    return new Barrier(
        step,
        running,
        reports,
        epochSums,
        best,
        metrics,
        kind,
        stepLoss,
        samplesPerSecond,
        startedNanos);
  }
}
