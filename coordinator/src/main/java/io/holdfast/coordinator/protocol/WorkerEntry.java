package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.WorkerMessage;
import java.util.Objects;
import java.util.Optional;

/**
 * A connected worker as the leader sees it.
 *
 * @param connection the stream it speaks on; later streams have larger numbers
 * @param heardNanos when it last gave a sign of life
 * @param step the newest state it holds, as far as it said
 * @param pace of its last step
 */
public record WorkerEntry(
    WorkerMessage.Hello hello,
    long connection,
    Stage stage,
    Optional<WorkerMessage.Prepared> prepared,
    long heardNanos,
    long step,
    Pace pace) {

  /** How far a worker has come. */
  public enum Stage {
    /** Loads the job and its data. */
    PREPARING,
    /** Ready to take over. */
    SPARE,
    /** A member that loads the state of the round. */
    RESTORING,
    /** A member at work. */
    ACTIVE,
    /** Drained, and told to leave: it says so and is gone. */
    LEAVING
  }

  /**
   * A worker's last step.
   *
   * @param rows that it computed
   * @param nanos the whole step
   * @param waitNanos of it, waiting for other workers
   * @param sentBytes to other workers
   */
  public record Pace(long rows, long nanos, long waitNanos, long sentBytes) {
    static final Pace NONE = new Pace(0, 0, 0, 0);

    double samplesPerSecond() {
      return nanos <= 0 ? 0 : rows * 1e9 / nanos;
    }

    double waitShare() {
      return nanos <= 0 ? 0 : Math.min(1, (double) waitNanos / nanos);
    }
  }

  public WorkerEntry {
    Objects.requireNonNull(hello);
    Objects.requireNonNull(stage);
    Objects.requireNonNull(prepared);
    Objects.requireNonNull(pace);
  }

  public String id() {
    return hello.workerId();
  }

  /** Whether it takes part in a round. */
  boolean isMember() {
    return stage == Stage.RESTORING || stage == Stage.ACTIVE;
  }

  WorkerEntry at(Stage next) {
    return new WorkerEntry(hello, connection, next, prepared, heardNanos, step, pace);
  }

  WorkerEntry with(WorkerMessage.Prepared message) {
    return new WorkerEntry(hello, connection, stage, Optional.of(message), heardNanos, step, pace);
  }

  WorkerEntry heardAt(long nanos) {
    return new WorkerEntry(hello, connection, stage, prepared, nanos, step, pace);
  }

  WorkerEntry atStep(long reached) {
    return new WorkerEntry(hello, connection, stage, prepared, heardNanos, reached, pace);
  }

  WorkerEntry at(Pace lastStep) {
    return new WorkerEntry(hello, connection, stage, prepared, heardNanos, step, lastStep);
  }
}
