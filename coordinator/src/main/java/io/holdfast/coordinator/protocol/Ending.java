package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderEffect.Level;
import io.holdfast.coordinator.protocol.LeaderEvent.StopRequested;
import io.holdfast.coordinator.protocol.LeaderState.Stop;
import io.holdfast.protocol.CoordinatorMessage;
import java.util.Map;
import java.util.Optional;

/** How a run, or the leadership of it, comes to its end. */
final class Ending {
  private Ending() {}

  static void requested(Turn turn, StopRequested event) {
    if (turn.stop.isPresent()) {
      finish(turn, event.exitCode(), event.reason() + ", for the second time");
      return;
    }
    turn.stop = Optional.of(new Stop(event.reason(), event.exitCode()));
    turn.info("Stopping: " + event.reason());
    Steps.advance(turn);
  }

  /** Whether the run ends at the step that is reached. */
  static boolean due(Turn turn) {
    return turn.stop.isPresent() || turn.barrier.step() >= Steps.lastStep(turn);
  }

  /** Leaves before training goes on, unless the save of an earlier round is still under way. */
  static void leaveIfIdle(Turn turn) {
    if (turn.stop.isPresent() && turn.save.isEmpty() && !Operators.awaitsStorage(turn)) {
      Operators.stopped(turn);
      finish(turn, turn.stop.get().exitCode(), turn.stop.get().reason());
    }
  }

  /** At the barrier of the step that ends the run: leave once its checkpoint stands. */
  static void settle(Turn turn) {
    long step = turn.barrier.step();
    Map.Entry<Long, Commit> commit = turn.commits.ceilingEntry(step);
    if (step == 0 || (commit != null && proven(turn, commit.getValue()))) {
      leave(turn, step);
    } else if (commit != null) {
      Verifications.request(turn, commit.getValue().prefix(), commit.getKey());
      turn.enter(Phase.SAVING, "the last checkpoint is read back");
    } else if (turn.save.isPresent()) {
      turn.enter(Phase.SAVING, "the save of step " + turn.save.get().step() + " is under way");
    } else if (turn.stop.isPresent() && turn.savesHere >= Limits.MAX_STOP_SAVES) {
      finish(turn, ExitCode.UNREACHABLE, "the state of step " + step + " could not be saved");
    } else if (turn.now >= turn.saveRetryAt) {
      turn.enter(Phase.SAVING, "the last checkpoint is written");
      Saves.start(turn, turn.stop.isPresent() ? SaveKind.STOP : SaveKind.FINAL);
    } else {
      turn.enter(Phase.SAVING, "the last checkpoint is tried again after a pause");
    }
  }

  private static boolean proven(Turn turn, Commit commit) {
    return commit.verified()
        || !turn.plan.checkpoint().verifyAfter()
        || (turn.stop.isPresent() && !Verifications.pending(turn, commit.prefix()));
  }

  private static void leave(Turn turn, long step) {
    Operators.stopped(turn);
    if (step >= Steps.lastStep(turn)) {
      finish(turn, ExitCode.DONE, "step " + step + " is reached and saved");
    } else {
      finish(turn, turn.stop.get().exitCode(), turn.stop.get().reason());
    }
  }

  /** Tells every worker and leaves. */
  static void finish(Turn turn, int exitCode, String reason) {
    turn.workers
        .values()
        .forEach(worker -> turn.send(worker, new CoordinatorMessage.Finish(exitCode, reason)));
    Operators.end(turn, reason);
    turn.leave(exitCode, reason);
  }

  /** Leaves at once: workers are only sent away, for they belong to the new leader. */
  static void fenced(Turn turn, String reason) {
    turn.announce(Level.ERROR, "Another coordinator leads this run: " + reason);
    turn.workers
        .values()
        .forEach(worker -> turn.disconnect(worker.connection(), "this coordinator leads no more"));
    Operators.end(turn, "another coordinator leads now");
    turn.leave(ExitCode.FENCED, reason);
  }
}
