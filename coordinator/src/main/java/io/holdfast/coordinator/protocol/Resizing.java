package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.WorkerEntry.Stage;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Members change between two steps without a step being lost: a checkpoint at the barrier, then a
 * round from it with other members.
 */
final class Resizing {
  private Resizing() {}

  /** Why the members are to change at the barrier; empty if they are not. */
  static Optional<String> wish(Turn turn) {
    Round round = turn.round.orElseThrow();
    Optional<String> leaver = turn.gathering.leaving().stream().filter(round::has).findFirst();
    if (leaver.isPresent()) {
      return Optional.of("worker " + leaver.get() + " is drained");
    }
    int members = round.members().size();
    int possible = possibleMembers(turn);
    boolean settled = turn.now - turn.gathering.spareNanos() >= Limits.GROW_SETTLE.toNanos();
    return possible > members && settled
        ? Optional.of("the round grows from " + members + " to " + possible + " workers")
        : Optional.empty();
  }

  /** As many as could be at work now. */
  static int possibleMembers(Turn turn) {
    return (int) Math.min(able(turn).count(), turn.plan.maxMembers());
  }

  /** Workers that could be at work now, and are not about to leave. */
  static Stream<WorkerEntry> able(Turn turn) {
    return turn.workers.values().stream()
        .filter(worker -> worker.stage() != Stage.PREPARING)
        .filter(worker -> !turn.gathering.leaving().contains(worker.id()));
  }

  /**
   * Changes the members if the state of the barrier is committed, else has it saved.
   *
   * @return whether training goes on at this barrier: it must not wait for a save that failed
   */
  static boolean settle(Turn turn, String why) {
    long step = turn.barrier.step();
    boolean committed = turn.commits.ceilingKey(step) != null;
    if (committed || step == turn.round.orElseThrow().startStep()) {
      Rounds.regroup(turn, why);
      return false;
    }
    if (turn.save.isPresent()) {
      turn.enter(Phase.SAVING, why + ": waits for the save of step " + turn.save.get().step());
      return false;
    }
    if (turn.now < turn.saveRetryAt || turn.savesHere > 0) {
      return true;
    }
    turn.enter(Phase.SAVING, why + ": its checkpoint is written first");
    Saves.start(turn, SaveKind.RESIZE);
    return false;
  }
}
