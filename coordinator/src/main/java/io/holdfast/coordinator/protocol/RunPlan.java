package io.holdfast.coordinator.protocol;

import io.holdfast.job.CheckpointSpec;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.plan.SaveSize;
import io.holdfast.job.plan.SliceGroup;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * All that the leader needs to know of a job; it does not change while the leader lives.
 *
 * @param version of the program; workers of another are refused
 * @param run URI of the run directory
 * @param job canonical JSON of the job, handed to workers
 * @param groups slices with their slots, the units of ownership, in the job's order
 * @param shards logical data shards of a batch
 * @param metrics names in the job's order, as in {@code accuracy}
 * @param streams objects that a worker is to write at once to be as fast as the store is
 * @param members how many workers a round is to have
 */
public record RunPlan(
    String version,
    String run,
    String job,
    List<SliceGroup> groups,
    int shards,
    int batchSize,
    List<String> metrics,
    OptionalInt epochs,
    OptionalLong steps,
    CheckpointSpec checkpoint,
    int streams,
    MembersRule members,
    Duration heartbeat,
    Duration lease) {
  /** A shorter file is not worth a stream of its own. */
  private static final long STREAM_BYTES = 64L << 20;

  public RunPlan {
    Objects.requireNonNull(version);
    Objects.requireNonNull(run);
    Objects.requireNonNull(job);
    groups = List.copyOf(groups);
    metrics = List.copyOf(metrics);
    Objects.requireNonNull(members);
    if (groups.isEmpty() || shards < 1 || batchSize < 1 || streams < 1) {
      throw new IllegalArgumentException(
          "a run needs slices, shards, rows in a batch and a stream");
    }
    if (epochs.isEmpty() && steps.isEmpty()) {
      throw new IllegalArgumentException("a run needs epochs, steps or both");
    }
  }

  /** What the next save is expected to occupy: the state, and what is said about it. */
  long expectedSaveBytes() {
    return SaveSize.expectedBytes(groups, checkpoint.hasParity());
  }

  /** Shard files that a worker writes at once of so many bytes that steps change. */
  int writers(long bytes) {
    long gaining = Math.max(1, Math.min(streams, bytes / STREAM_BYTES));
    return checkpoint.writers().orElse((int) gaining);
  }

  /** Members that a round can use at most. */
  int maxMembers() {
    return shards;
  }

  /** Which rows each step takes of so many. */
  BatchSchedule schedule(long trainSamples) {
    return BatchSchedule.of(trainSamples, batchSize, epochs, steps);
  }
}
