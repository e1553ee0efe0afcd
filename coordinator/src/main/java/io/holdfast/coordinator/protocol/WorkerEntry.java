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
 */
public record WorkerEntry(
    WorkerMessage.Hello hello,
    long connection,
    Stage stage,
    Optional<WorkerMessage.Prepared> prepared,
    long heardNanos,
    long step) {

  /** How far a worker has come. */
  public enum Stage {
    /** Loads the job and its data. */
    PREPARING,
    /** Ready to take over. */
    SPARE,
    /** A member that loads the state of the round. */
    RESTORING,
    /** A member at work. */
    ACTIVE
  }

  public WorkerEntry {
    Objects.requireNonNull(hello);
    Objects.requireNonNull(stage);
    Objects.requireNonNull(prepared);
  }

  public String id() {
    return hello.workerId();
  }

  WorkerEntry at(Stage next) {
    return new WorkerEntry(hello, connection, next, prepared, heardNanos, step);
  }

  WorkerEntry with(WorkerMessage.Prepared message) {
    return new WorkerEntry(hello, connection, stage, Optional.of(message), heardNanos, step);
  }

  WorkerEntry heardAt(long nanos) {
    return new WorkerEntry(hello, connection, stage, prepared, nanos, step);
  }

  WorkerEntry atStep(long reached) {
    return new WorkerEntry(hello, connection, stage, prepared, heardNanos, reached);
  }
}
