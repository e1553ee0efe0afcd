package io.holdfast.protocol;

import java.util.List;

/** What the coordinator says to a worker. Fields as in {@code coordination.proto}. */
public sealed interface CoordinatorMessage {

  /**
   * The answer to a {@link WorkerMessage.Hello}.
   *
   * @param run URI of the run directory
   * @param job canonical JSON of the job
   */
  record Welcome(long term, String run, String job, long heartbeatMillis, long leaseMillis)
      implements CoordinatorMessage {}

  /** The worker cannot take part and leaves with exit code 2. */
  record Refused(String reason) implements CoordinatorMessage {}

  /**
   * A round begins: drop everything of older generations, own these slices, load that checkpoint.
   *
   * @param owners worker id by group of slices (one with its slots), in the job's order
   * @param prefix the checkpoint to load; empty for initial values
   * @param step the step of that state; 0 for initial values
   */
  record Restore(
      Generation generation, List<Member> members, List<String> owners, String prefix, long step)
      implements CoordinatorMessage {
    public Restore {
      members = List.copyOf(members);
      owners = List.copyOf(owners);
    }
  }

  /**
   * A worker of a round and the logical data shards it computes, ascending.
   *
   * @param exchangeAddress HOST:PORT where it takes slices, as it said in its hello
   * @param exchangeKey what it wants to be told there first
   */
  record Member(String workerId, List<Integer> shards, String exchangeAddress, long exchangeKey) {
    public Member {
      shards = List.copyOf(shards);
    }
  }

  /**
   * Compute the step that leads from state {@code step - 1} to state {@code step}, as soon as the
   * state before is held. May come while steps before are computed, up to {@link #AHEAD} beyond the
   * last one that all members have reported.
   */
  record RunStep(Generation generation, long step) implements CoordinatorMessage {
    /**
     * Steps that may be granted beyond the last one that all members are through. Two hide the way
     * of a report and its answer. Not more: what a member still sends of a step lies in buffers
     * that are used again two steps later, when all are known to have it. For the same reason a
     * {@link Save} of the state that all are through is said before the grant of two steps later.
     */
    public static final int AHEAD = 2;
  }

  /**
   * Hand over the buffers of the state of {@code step} and write the owned slices to shard files.
   * Said once all members are through the step and before two more are granted: a member holds the
   * newest state and the one before.
   *
   * @param files one or more; they may be written at once
   * @param linkable prefix of a checkpoint that was read back and found good, whose file of the
   *     same frozen slices may be shared; empty for none
   * @param mustSucceed rather wait for free buffers than refuse (final, epoch-end and operator
   *     saves)
   */
  record Save(
      Generation generation,
      String prefix,
      long step,
      List<ShardOrder> files,
      int numShards,
      String linkable,
      boolean mustSucceed)
      implements CoordinatorMessage {
    public Save {
      files = List.copyOf(files);
    }
  }

  /**
   * A shard file that a worker is to write.
   *
   * @param shard its number; 0 is the coordinator's
   * @param frozen whether its slices are those that never change
   * @param groups of owned slices, by index in the job's order, ascending
   */
  record ShardOrder(int shard, boolean frozen, List<Integer> groups) {
    public ShardOrder {
      groups = List.copyOf(groups);
    }
  }

  /** Compute the validation sums of the owned logical shards at {@code step}. */
  record Evaluate(Generation generation, long step) implements CoordinatorMessage {}

  /** A round is over before its time: drop out of everything of it at once, and wait. */
  record RoundOver(Generation generation, String reason) implements CoordinatorMessage {}

  /** Nobody will commit this checkpoint: stop writing its shard file and delete it. */
  record AbandonSave(String prefix) implements CoordinatorMessage {}

  /** The answer to each heartbeat: the coordinator of this term lives. */
  record Alive(long term) implements CoordinatorMessage {}

  /** The worker's part is over. */
  record Finish(int exitCode, String reason) implements CoordinatorMessage {}
}
