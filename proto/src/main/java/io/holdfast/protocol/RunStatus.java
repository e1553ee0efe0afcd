package io.holdfast.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the leader publishes for operators: one immutable picture, replaced after each event. Fields
 * as in {@code operator.proto}.
 *
 * @param epoch one-based, as people count; 0 before the first step
 * @param newestSavedStep the newest step that is COMMITTED or VERIFIED; -1 if there is none
 */
public record RunStatus(
    Generation generation,
    String phase,
    String reason,
    long step,
    long totalSteps,
    long epoch,
    long epochs,
    Map<String, Double> metrics,
    double samplesPerSecond,
    List<Worker> workers,
    Optional<Save> save,
    long newestSavedStep,
    int minWorkers,
    int shards) {

  /**
   * A worker as the leader sees it.
   *
   * @param lagMillis since its last sign of life
   * @param samplesPerSecond that it computes; 0 for a spare
   * @param waitShare part of its last step in which it waited for other workers, 0 to 1
   * @param sentBytes to other workers in its last step
   */
  public record Worker(
      String id,
      String host,
      long pid,
      String state,
      long step,
      List<Integer> shards,
      long ownedBytes,
      long lagMillis,
      double samplesPerSecond,
      double waitShare,
      long sentBytes) {
    public Worker {
      shards = List.copyOf(shards);
    }
  }

  /** The save in flight with its state (REQUESTED, SNAPSHOT, WRITTEN). */
  public record Save(long step, String prefix, String state) {}

  public RunStatus {
    metrics = Map.copyOf(metrics);
    workers = List.copyOf(workers);
  }
}
