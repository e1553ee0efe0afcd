package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import java.util.List;

/**
 * What a worker wants done, in the order of the list. Loads, steps and evaluations are done one
 * after the other; each is answered exactly once, unless {@link AbandonWork} or the exit came
 * before.
 */
public sealed interface WorkerEffect {

  /** Open connection number {@code connection}; answered by Connected or Disconnected. */
  record Connect(long connection, String address) implements WorkerEffect {}

  /** Close a connection; nothing that still comes of it is reported. */
  record Disconnect(long connection, String reason) implements WorkerEffect {}

  record Send(long connection, WorkerMessage message) implements WorkerEffect {}

  /** Load the job, bring up kernels, read the data; answered by JobPrepared or JobFailed. */
  record Prepare(String run, String job) implements WorkerEffect {}

  /**
   * Join the round: bring the values of all groups of slices and the slots of the owned ones to the
   * state that the round starts from, and be ready to exchange slices with its other members;
   * answered by Loaded or LoadFailed.
   *
   * @param workerId which of the members this worker is
   * @param heartbeatMillis how often members give each other a sign of life
   * @param leaseMillis silence after which a member counts as lost by the others
   */
  record Load(
      String workerId, CoordinatorMessage.Restore round, long heartbeatMillis, long leaseMillis)
      implements WorkerEffect {
    public Generation generation() {
      return round.generation();
    }
  }

  /** Compute the state of {@code step} from that of {@code step - 1}. */
  record Compute(Generation generation, long step) implements WorkerEffect {}

  /** Compute the validation sums of the state of {@code step}. */
  record EvaluateState(Generation generation, long step) implements WorkerEffect {}

  /**
   * Take the buffers of the state of {@code step} now, before any later effect: the newest one, or
   * the one before it. Stream the groups of slices to the shard files; answered by
   * ShardFilesWritten or ShardFilesFailed, however it ends. There is at most one at a time.
   *
   * @param files one or more
   * @param linkable prefix of a checkpoint that was found good, or empty
   */
  record WriteShards(
      String prefix,
      long step,
      List<CoordinatorMessage.ShardOrder> files,
      int numShards,
      String linkable)
      implements WorkerEffect {
    public WriteShards {
      files = List.copyOf(files);
    }
  }

  /** Stop writing as soon as possible and delete the files; answered by ShardFilesFailed. */
  record AbandonWrite(String prefix) implements WorkerEffect {}

  /** Drop out of loading and computing of generations up to this one at once. */
  record AbandonWork(Generation generation) implements WorkerEffect {}

  /** Leave, after the effects before this one. Always the last. */
  record Exit(int exitCode, String reason) implements WorkerEffect {}
}
