package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.ShardSums;
import io.holdfast.protocol.WorkerMessage.Cause;
import io.holdfast.protocol.WrittenPiece;
import java.util.List;

/**
 * What happens to a worker. Connections carry the number of the {@link WorkerEffect.Connect} that
 * opened them; whatever comes of an older one changes nothing.
 */
public sealed interface WorkerEvent {

  /** The process is up; once, and first. */
  record Started() implements WorkerEvent {}

  /** Time has passed; comes a few times a heartbeat. */
  record Tick() implements WorkerEvent {}

  record Connected(long connection) implements WorkerEvent {}

  /** A connection ended, or could not be opened. */
  record Disconnected(long connection, String reason) implements WorkerEvent {}

  record Received(long connection, CoordinatorMessage message) implements WorkerEvent {}

  /**
   * The job given to {@link WorkerEffect.Prepare} is ready.
   *
   * @param groups how many groups of slices the job has
   */
  record JobPrepared(
      String job, String probeDigest, long trainSamples, long validationSamples, int groups)
      implements WorkerEvent {}

  record JobFailed(String job, Cause cause, String reason) implements WorkerEvent {}

  /**
   * The state of {@code step} is the current one, and the exchange with the other members stands.
   *
   * @param values CRC-32C of the value of each group of slices, in the job's order
   * @param slots CRC-32C of each slot of each owned group, in the job's order
   */
  record Loaded(Generation generation, long step, List<Integer> values, List<Integer> slots)
      implements WorkerEvent {
    public Loaded {
      values = List.copyOf(values);
      slots = List.copyOf(slots);
    }
  }

  record LoadFailed(Generation generation, Cause cause, String reason) implements WorkerEvent {}

  /**
   * The state of {@code step} is the current one.
   *
   * @param computeNanos of the whole step
   * @param waitNanos of it, waiting for other workers
   * @param sentBytes to other workers, frames with their headers
   */
  record StepComputed(
      Generation generation,
      long step,
      List<ShardSums> sums,
      long computeNanos,
      long waitNanos,
      long sentBytes)
      implements WorkerEvent {
    public StepComputed {
      sums = List.copyOf(sums);
    }
  }

  record EvaluationComputed(Generation generation, long step, List<ShardSums> sums)
      implements WorkerEvent {
    public EvaluationComputed {
      sums = List.copyOf(sums);
    }
  }

  /** The connection to another member of the round is lost, or could not be made. */
  record PeerLost(Generation generation, String workerId, String reason) implements WorkerEvent {}

  /** A step or an evaluation of that generation came to nothing. */
  record ComputeFailed(Generation generation, Cause cause, String reason) implements WorkerEvent {}

  /** The shard files are durable and their buffers are free. */
  record ShardFilesWritten(String prefix, List<ShardFile> files) implements WorkerEvent {
    public ShardFilesWritten {
      files = List.copyOf(files);
    }
  }

  /** A shard file, as far as an index tells of it. */
  record ShardFile(int shard, long lengthBytes, List<WrittenPiece> pieces) {
    public ShardFile {
      pieces = List.copyOf(pieces);
    }
  }

  /**
   * The shard files are given up and their buffers are free.
   *
   * @param shard the one that came to nothing
   */
  record ShardFilesFailed(String prefix, int shard, String reason) implements WorkerEvent {}

  /** SIGTERM: tell the coordinator and leave. */
  record LeaveRequested(String reason, int exitCode) implements WorkerEvent {}
}
