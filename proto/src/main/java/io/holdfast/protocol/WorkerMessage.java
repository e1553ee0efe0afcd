package io.holdfast.protocol;

import java.util.List;

/** What a worker says. Fields as in {@code coordination.proto}. */
public sealed interface WorkerMessage {

  /**
   * First on the stream.
   *
   * @param workerId names one process and is never used again by another
   * @param exchangeAddress HOST:PORT where it takes slices from other workers
   * @param exchangeKey what they must say there first: random, so that a stranger cannot
   */
  record Hello(
      String version,
      String workerId,
      String host,
      long pid,
      String exchangeAddress,
      long exchangeKey)
      implements WorkerMessage {}

  /** Kernels are up and the data is read. */
  record Prepared(String probeDigest, long trainSamples, long validationSamples)
      implements WorkerMessage {}

  /** A sign of life, with the newest state this worker holds. */
  record Heartbeat(Generation generation, long step) implements WorkerMessage {}

  /**
   * This worker holds the state of {@code step}, and proves of which bits.
   *
   * @param values CRC-32C of the value of each group of slices, in the job's order
   * @param slots CRC-32C of each slot of each owned group, in the job's order
   */
  record Restored(Generation generation, long step, List<Integer> values, List<Integer> slots)
      implements WorkerMessage {
    public Restored {
      values = List.copyOf(values);
      slots = List.copyOf(slots);
    }
  }

  /**
   * The state of {@code step} is reached.
   *
   * @param computeNanos of the whole step
   * @param waitNanos of it, waiting for other workers
   * @param sentBytes to other workers, frames with their headers
   */
  record StepDone(
      Generation generation,
      long step,
      List<ShardSums> sums,
      long computeNanos,
      long waitNanos,
      long sentBytes)
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

  /** The connection to another member of the round is lost; the round cannot go on. */
  record PeerLost(Generation generation, String workerId, String reason) implements WorkerMessage {}

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
