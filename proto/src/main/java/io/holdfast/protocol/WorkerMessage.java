package io.holdfast.protocol;

import java.util.List;

/** What a worker says. Fields as in {@code coordination.proto}. */
public sealed interface WorkerMessage {

  /** First on the stream; {@code workerId} names one process and is never used again by another. */
  record Hello(String version, String workerId, String host, long pid) implements WorkerMessage {}

  /** Kernels are up and the data is read. */
  record Prepared(String probeDigest, long trainSamples, long validationSamples)
      implements WorkerMessage {}

  /** A sign of life, with the newest state this worker holds. */
  record Heartbeat(Generation generation, long step) implements WorkerMessage {}

  /** This worker's slices hold the state of {@code step}; {@code digest} proves of which bits. */
  record Restored(Generation generation, long step, String digest) implements WorkerMessage {}

  /** The state of {@code step} is reached. */
  record StepDone(Generation generation, long step, List<ShardSums> sums, long computeNanos)
      implements WorkerMessage {
    public StepDone {
      sums = List.copyOf(sums);
    }
  }

  /** The buffers of a save are handed over; training may go on. */
  record SnapshotTaken(Generation generation, String prefix) implements WorkerMessage {}

  /** No buffers are free; nothing was written. */
  record SnapshotRefused(Generation generation, String prefix, String reason)
      implements WorkerMessage {}

  /**
   * Shard file {@code shard} of {@code prefix} is durable. Belongs to its prefix, whatever round it
   * is now.
   */
  record ShardWritten(String prefix, int shard, long lengthBytes, List<WrittenPiece> pieces)
      implements WorkerMessage {
    public ShardWritten {
      pieces = List.copyOf(pieces);
    }
  }

  /** Shard file {@code shard} of {@code prefix} is given up. */
  record ShardFailed(String prefix, int shard, String reason) implements WorkerMessage {}

  /** The validation sums at {@code step}. */
  record Evaluated(Generation generation, long step, List<ShardSums> sums)
      implements WorkerMessage {
    public Evaluated {
      sums = List.copyOf(sums);
    }
  }

  /** The worker lives but cannot do what it was told. */
  record Failed(Generation generation, Cause cause, String reason) implements WorkerMessage {}

  /** The worker goes, and says why. */
  record Leaving(String reason) implements WorkerMessage {}

  /** Why a worker cannot do what it was told. */
  enum Cause {
    /** The job or its data: nobody can go on. */
    BAD_INPUT,
    /** A checkpoint was found wrong while restoring. */
    DAMAGED_CHECKPOINT,
    /** Storage did not answer; may be tried again. */
    UNREADABLE,
    BUG
  }
}
