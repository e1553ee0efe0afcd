package io.holdfast.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the leader publishes for operators: one immutable picture, replaced after each event. Fields
 * as in {@code operator.proto}.
 *
 * @param epoch one-based, as people count; 0 before the first step
 * @param saveInterval how often is saved, where the leader chooses it
 * @param exitCode of the coordinator, once it leaves
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
    Optional<Interval> saveInterval,
    long newestSavedStep,
    int minWorkers,
    int shards,
    MemberChange memberChange,
    List<Refused> refused,
    OptionalInt exitCode) {

  /** An interval between saves, and why it is that. */
  public record Interval(long millis, String reason) {}

  /**
   * A worker as the leader sees it.
   *
   * @param lagMillis since its last sign of life
   * @param samplesPerSecond that it computes; 0 for a spare
   * @param waitShare part of its last step in which it waited for other workers, 0 to 1
   * @param sentBytes to other workers in its last step
   * @param stepMillis its last step, from the order to its end
   * @param waitMillis of them, waiting for other workers
   * @param ownedSlices groups of slices: a value with its slots
   * @param stepsBehind the member that is furthest
   * @param note why its state is what it is, for people
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
      long sentBytes,
      double stepMillis,
      double waitMillis,
      int ownedSlices,
      long stepsBehind,
      String note) {
    public Worker {
      shards = List.copyOf(shards);
    }
  }

  /**
   * The save in flight with its state (REQUESTED, SNAPSHOT, WRITTEN).
   *
   * @param kind why it is made
   * @param ageMillis since it was asked for
   * @param files that workers write
   */
  public record Save(
      long step,
      String prefix,
      String state,
      String kind,
      long ageMillis,
      int filesWritten,
      int files) {}

  /** Why the members changed last, and how long ago. */
  public record MemberChange(String reason, long ageMillis) {}

  /** A worker that may not take part. */
  public record Refused(String id, String host, String reason, long ageMillis) {}

  public RunStatus {
    metrics = Map.copyOf(metrics);
    workers = List.copyOf(workers);
    refused = List.copyOf(refused);
  }
}
