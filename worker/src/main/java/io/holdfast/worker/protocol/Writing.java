package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage.Save;
import io.holdfast.protocol.WorkerMessage.ShardFailed;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import io.holdfast.protocol.WorkerMessage.SnapshotRefused;
import io.holdfast.protocol.WorkerMessage.SnapshotTaken;
import io.holdfast.worker.protocol.WorkerEvent.ShardFile;
import io.holdfast.worker.protocol.WorkerEvent.ShardFilesFailed;
import io.holdfast.worker.protocol.WorkerEvent.ShardFilesWritten;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Handing buffers over to the writer. There are buffers for the newest state, the one before it or
 * the next one, and one more: a second snapshot waits until the writer is done with the first, or
 * is refused.
 */
final class Writing {
  private Writing() {}

  static void save(WorkerTurn turn, Save save) {
    if (!save.generation().equals(turn.generation()) || !holds(turn, save.step())) {
      refuse(turn, save, "the state of step " + save.step() + " is not held");
      return;
    }
    if (!owns(turn, save)) {
      refuse(turn, save, "it is asked for slices that this worker does not own");
      return;
    }
    refuseWaiting(turn, "another save was asked for");
    if (turn.writing.isEmpty()) {
      handOver(turn, save);
    } else if (save.mustSucceed() && turn.phase == WorkerPhase.READY) {
      turn.waiting = Optional.of(save);
    } else {
      refuse(turn, save, turn.writing.get() + " is still being written");
    }
  }

  /** The newest state, or the one before it while the next is not to be computed yet. */
  private static boolean holds(WorkerTurn turn, long step) {
    boolean atWork = turn.phase == WorkerPhase.READY || turn.phase == WorkerPhase.COMPUTING;
    return atWork
        && step >= turn.round.orElseThrow().step()
        && step <= turn.step
        && step >= turn.asked - 1;
  }

  private static boolean owns(WorkerTurn turn, Save save) {
    Set<Integer> owned = new HashSet<>(Work.owned(turn));
    return save.files().stream().allMatch(file -> owned.containsAll(file.groups()));
  }

  private static void handOver(WorkerTurn turn, Save save) {
    turn.writing = Optional.of(save.prefix());
    turn.effect(
        new WorkerEffect.WriteShards(
            save.prefix(), save.step(), save.files(), save.numShards(), save.linkable()));
    turn.send(new SnapshotTaken(save.generation(), save.prefix()));
  }

  private static void refuse(WorkerTurn turn, Save save, String why) {
    turn.send(new SnapshotRefused(save.generation(), save.prefix(), why));
  }

  /** The coordinator is told, for otherwise it would wait for ever. */
  static void refuseWaiting(WorkerTurn turn, String why) {
    turn.waiting.ifPresent(save -> refuse(turn, save, why));
    turn.waiting = Optional.empty();
  }

  static void written(WorkerTurn turn, ShardFilesWritten done) {
    if (!turn.writing.equals(Optional.of(done.prefix()))) {
      return;
    }
    for (ShardFile file : done.files()) {
      turn.send(new ShardWritten(done.prefix(), file.shard(), file.lengthBytes(), file.pieces()));
    }
    freed(turn);
  }

  static void failed(WorkerTurn turn, ShardFilesFailed failed) {
    if (!turn.writing.equals(Optional.of(failed.prefix()))) {
      return;
    }
    turn.send(new ShardFailed(failed.prefix(), failed.shard(), failed.reason()));
    freed(turn);
  }

  private static void freed(WorkerTurn turn) {
    turn.writing = Optional.empty();
    if (turn.waiting.isEmpty()) {
      return;
    }
    Save save = turn.waiting.get();
    turn.waiting = Optional.empty();
    handOver(turn, save);
    Work.goOn(turn);
  }

  /** The checkpoint will never be; its files are given up, and a save of it that waits as well. */
  static void unwanted(WorkerTurn turn, String prefix) {
    if (turn.writing.equals(Optional.of(prefix))) {
      abandon(turn);
    }
    if (turn.waiting.filter(save -> save.prefix().equals(prefix)).isPresent()) {
      turn.waiting = Optional.empty();
      Work.goOn(turn);
    }
  }

  /** Nobody waits for the files any more. */
  static void abandon(WorkerTurn turn) {
    turn.writing.ifPresent(prefix -> turn.effect(new WorkerEffect.AbandonWrite(prefix)));
  }
}
