package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.CheckpointMetadata.Best;
import io.holdfast.protocol.ShardSums;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far training has come.
 *
 * @param step all members are through it; they hold its state, unless they are {@link #running}
 * @param granted members may compute up to this step, without waiting for a word of the leader
 * @param reports sums of steps, or of the evaluation, under way: by step, then by member
 * @param epochSums of the epoch under way up to {@code step}
 * @param metrics by name at {@code step}
 * @param due the save that is due at {@code step} and not yet settled
 * @param stepLoss mean loss of the last batch
 * @param startedNanos when the step under way began
 */
public record Barrier(
    long step,
    long granted,
    SortedMap<Long, Map<String, List<ShardSums>>> reports,
    Sums epochSums,
    Optional<Best> best,
    Map<String, Double> metrics,
    Optional<SaveKind> due,
    double stepLoss,
    double samplesPerSecond,
    long startedNanos) {
  public Barrier {
    reports = Collections.unmodifiableSortedMap(new TreeMap<>(reports));
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    Objects.requireNonNull(epochSums);
    Objects.requireNonNull(best);
    Objects.requireNonNull(due);
  }

  /** At the state of a checkpoint, or at initial values. */
  static Barrier restored(Optional<Checkpoint> source, int metrics, double samplesPerSecond) {
    return new Barrier(
        source.map(Checkpoint::step).orElse(0L),
        source.map(Checkpoint::step).orElse(0L),
        new TreeMap<>(),
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

  /** Whether members compute, and none may be stopped before they are through what is granted. */
  public boolean running() {
    return granted > step;
  }

  /** Members compute from the state that all hold. */
  Barrier start(long upTo, long nanos) {
    return new Barrier(
        step,
        upTo,
        reports,
        epochSums,
        best,
        metrics,
        Optional.empty(),
        stepLoss,
        samplesPerSecond,
        nanos);
  }

  /** Members may compute one step more. */
  Barrier grantOne() {
    return new Barrier(
        step,
        granted + 1,
        reports,
        epochSums,
        best,
        metrics,
        due,
        stepLoss,
        samplesPerSecond,
        startedNanos);
  }

  /** What the members that are through a step have reported of it. */
  Map<String, List<ShardSums>> reportsOf(long ofStep) {
    return reports.getOrDefault(ofStep, Map.of());
  }

  Barrier report(long ofStep, String workerId, List<ShardSums> sums) {
    Map<String, List<ShardSums>> ofMembers = new TreeMap<>(reportsOf(ofStep));
    ofMembers.put(workerId, sums);
    SortedMap<Long, Map<String, List<ShardSums>>> more = new TreeMap<>(reports);
    more.put(ofStep, Collections.unmodifiableMap(ofMembers));
    return new Barrier(
        step,
        granted,
        more,
        epochSums,
        best,
        metrics,
        due,
        stepLoss,
        samplesPerSecond,
        startedNanos);
  }

  /** All members are through the next step. */
  Barrier reached(
      Sums sumsOfEpoch,
      Map<String, Double> metricsHere,
      double loss,
      double rowsPerSecond,
      long nanos) {
    return new Barrier(
        step + 1,
        granted,
        reports.tailMap(step + 2),
        sumsOfEpoch,
        best,
        metricsHere,
        Optional.empty(),
        loss,
        rowsPerSecond,
        nanos);
  }

  Barrier evaluated(Map<String, Double> metricsHere, Optional<Best> bestSoFar) {
    return new Barrier(
        step,
        granted,
        new TreeMap<>(),
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
        step, granted, reports, sums, best, metrics, due, stepLoss, samplesPerSecond, startedNanos);
  }

  Barrier withDue(Optional<SaveKind> kind) {
    return new Barrier(
        step,
        granted,
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
