package io.holdfast.coordinator.protocol;

import io.holdfast.job.CheckpointSpec;
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
 * @param slices in the job's order
 * @param shards logical data shards of a batch
 * @param metrics names in the job's order, as in {@code accuracy}
 * @param maxMembers members at work in one round
 */
public record RunPlan(
    String version,
    String run,
    String job,
    List<SliceSize> slices,
    int shards,
    int batchSize,
    List<String> metrics,
    OptionalInt epochs,
    OptionalLong steps,
    CheckpointSpec checkpoint,
    int maxMembers,
    Duration heartbeat,
    Duration lease) {
  public RunPlan {
    Objects.requireNonNull(version);
    Objects.requireNonNull(run);
    Objects.requireNonNull(job);
    slices = List.copyOf(slices);
    metrics = List.copyOf(metrics);
    if (slices.isEmpty() || shards < 1 || batchSize < 1 || maxMembers < 1) {
      throw new IllegalArgumentException("a run needs slices, shards, rows in a batch and members");
    }
    if (epochs.isEmpty() && steps.isEmpty()) {
      throw new IllegalArgumentException("a run needs epochs, steps or both");
    }
  }

  /** Steps of one pass over so many rows; the last batch may be short. */
  long stepsPerEpoch(long trainSamples) {
    return (trainSamples + batchSize - 1) / batchSize;
  }

  /** The step that ends the run. */
  long lastStep(long trainSamples) {
    long byEpochs =
        epochs.isPresent()
            ? Math.multiplyExact(epochs.getAsInt(), stepsPerEpoch(trainSamples))
            : Long.MAX_VALUE;
    return Math.min(byEpochs, steps.orElse(Long.MAX_VALUE));
  }

  /** Rows in the batch of this step, counted from 1. */
  long rowsOf(long step, long trainSamples) {
    long batch = (step - 1) % stepsPerEpoch(trainSamples);
    return Math.min(batchSize, trainSamples - batch * batchSize);
  }
}
