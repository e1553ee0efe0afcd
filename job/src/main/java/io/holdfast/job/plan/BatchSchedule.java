package io.holdfast.job.plan;

import io.holdfast.job.Job;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Which rows each step of a run takes: the data position as a function of the step. Every epoch
 * takes each sample once, in batches of {@code batchSize} and a shorter last one.
 */
public final class BatchSchedule {
  private final long samples;
  private final int batchSize;
  private final long stepsPerEpoch;
  private final long totalSteps;

  private BatchSchedule(long samples, int batchSize, OptionalInt epochs, OptionalLong steps) {
    if (samples < 1 || batchSize < 1 || (epochs.isEmpty() && steps.isEmpty())) {
      throw new IllegalArgumentException(
          samples + " samples in batches of " + batchSize + " with an end are needed");
    }
    this.samples = samples;
    this.batchSize = batchSize;
    this.stepsPerEpoch = -Math.floorDiv(-samples, (long) batchSize);
    long byEpochs =
        epochs.isPresent()
            ? Math.multiplyExact(stepsPerEpoch, (long) epochs.getAsInt())
            : Long.MAX_VALUE;
    this.totalSteps = Math.min(byEpochs, steps.orElse(Long.MAX_VALUE));
  }

  /** The schedule of a run that ends after {@code epochs} or {@code steps}, whichever is first. */
  public static BatchSchedule of(
      long samples, int batchSize, OptionalInt epochs, OptionalLong steps) {
    return new BatchSchedule(samples, batchSize, epochs, steps);
  }

  /** The schedule of a job whose training data have {@code samples} samples. */
  public static BatchSchedule of(Job job, long samples) {
    return of(samples, job.data().batchSize(), job.epochs(), job.steps());
  }

  public long samples() {
    return samples;
  }

  public long stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /** Number of steps of the whole run; a run has ended when so many are done. */
  public long totalSteps() {
    return totalSteps;
  }

  /**
   * What step {@code step} (0 is the first: the one that takes the state from 0 to 1 steps done)
   * uses.
   *
   * @throws IllegalArgumentException if the run has no such step
   */
  public BatchPosition at(long step) {
    if (step < 0 || step >= totalSteps) {
      throw new IllegalArgumentException("step " + step + " of " + totalSteps);
    }
    long batch = step % stepsPerEpoch;
    long firstRow = batch * batchSize;
    int rows = (int) Math.min(batchSize, samples - firstRow);
    return new BatchPosition(
        step,
        Math.toIntExact(step / stepsPerEpoch),
        batch,
        firstRow,
        rows,
        batch == stepsPerEpoch - 1,
        step == totalSteps - 1);
  }

  /**
   * One step's place in the data.
   *
   * @param step from 0
   * @param epoch from 0
   * @param batch in its epoch, from 0
   * @param firstRow in the epoch's order (shuffled or not), from 0
   * @param rows of the global batch: the batch size, or fewer in an epoch's last batch
   * @param endsEpoch whether this is its epoch's last batch
   * @param endsRun whether this is the run's last step
   */
  public record BatchPosition(
      long step,
      int epoch,
      long batch,
      long firstRow,
      int rows,
      boolean endsEpoch,
      boolean endsRun) {}
}
