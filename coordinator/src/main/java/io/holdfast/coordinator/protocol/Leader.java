package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderEvent.BytesStored;
import io.holdfast.coordinator.protocol.LeaderEvent.CommitDone;
import io.holdfast.coordinator.protocol.LeaderEvent.Elected;
import io.holdfast.coordinator.protocol.LeaderEvent.Fenced;
import io.holdfast.coordinator.protocol.LeaderEvent.FindDone;
import io.holdfast.coordinator.protocol.LeaderEvent.OperatorAsked;
import io.holdfast.coordinator.protocol.LeaderEvent.OperatorLeft;
import io.holdfast.coordinator.protocol.LeaderEvent.Received;
import io.holdfast.coordinator.protocol.LeaderEvent.StopRequested;
import io.holdfast.coordinator.protocol.LeaderEvent.Tick;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyDone;
import io.holdfast.coordinator.protocol.LeaderEvent.WorkerJoined;
import io.holdfast.coordinator.protocol.LeaderEvent.WorkerLost;
import io.holdfast.coordinator.protocol.WorkerEntry.Stage;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.protocol.WorkerMessage.Evaluated;
import io.holdfast.protocol.WorkerMessage.Failed;
import io.holdfast.protocol.WorkerMessage.Heartbeat;
import io.holdfast.protocol.WorkerMessage.Hello;
import io.holdfast.protocol.WorkerMessage.Leaving;
import io.holdfast.protocol.WorkerMessage.PeerLost;
import io.holdfast.protocol.WorkerMessage.Prepared;
import io.holdfast.protocol.WorkerMessage.Restored;
import io.holdfast.protocol.WorkerMessage.ShardFailed;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import io.holdfast.protocol.WorkerMessage.SnapshotRefused;
import io.holdfast.protocol.WorkerMessage.SnapshotTaken;
import io.holdfast.protocol.WorkerMessage.StepDone;

/**
 * The machine of the coordinator that leads a run. It never says "saved" before the commit, takes
 * every new round's state from storage, and stops at once when a newer term was claimed.
 */
public final class Leader {
  private Leader() {}

  /**
   * What follows from an event. Nothing follows once the machine has ended.
   *
   * @param nowNanos monotonic time of the event, never before that of the last one
   */
  public static Transition apply(LeaderState state, long nowNanos, LeaderEvent event) {
    Turn turn = new Turn(state, nowNanos);
    if (state.phase() != Phase.ENDED) {
      dispatch(turn, event);
      if (turn.phase != Phase.ENDED) {
        Operators.settle(turn);
      }
    }
    return turn.end();
  }

  private static void dispatch(Turn turn, LeaderEvent event) {
    if (event instanceof Elected elected) {
      Rounds.elected(turn, elected.term());
    } else if (event instanceof OperatorAsked asked) {
      Operators.asked(turn, asked);
    } else if (event instanceof OperatorLeft left) {
      Operators.left(turn, left.request());
    } else if (turn.phase == Phase.STANDBY) {
      standBy(turn, event);
    } else if (event instanceof WorkerJoined joined) {
      Membership.joined(turn, joined.connection(), joined.hello());
    } else if (event instanceof Received received) {
      Membership.on(turn, received.connection())
          .ifPresent(worker -> received(turn, worker, received.message()));
    } else if (event instanceof WorkerLost lost) {
      Membership.on(turn, lost.connection())
          .ifPresent(worker -> Membership.drop(turn, worker, lost.reason()));
    } else if (event instanceof Tick) {
      tick(turn);
    } else if (event instanceof FindDone done) {
      Rounds.found(turn, done);
    } else if (event instanceof CommitDone done) {
      Saves.commitDone(turn, done);
    } else if (event instanceof VerifyDone done) {
      Verifications.done(turn, done);
    } else if (event instanceof BytesStored stored) {
      turn.storedBytes = stored.bytes();
    } else if (event instanceof StopRequested stop) {
      Ending.requested(turn, stop);
    } else if (event instanceof Fenced fenced) {
      Ending.fenced(turn, fenced.reason());
    } else {
      throw new IllegalStateException("no such event " + event);
    }
  }

  private static void standBy(Turn turn, LeaderEvent event) {
    if (event instanceof WorkerJoined joined) {
      turn.disconnect(joined.connection(), "this coordinator does not lead");
    } else if (event instanceof StopRequested stop) {
      Ending.finish(turn, stop.exitCode(), stop.reason());
    }
  }

  private static void tick(Turn turn) {
    Membership.expireLeases(turn);
    Rounds.tick(turn);
    Saves.tick(turn);
    Verifications.tick(turn);
    Steps.advance(turn);
  }

  private static void received(Turn turn, WorkerEntry worker, WorkerMessage message) {
    WorkerEntry heard = worker.heardAt(turn.now);
    turn.put(heard);
    if (heard.stage() == Stage.LEAVING && !(message instanceof Leaving)) {
      return;
    }
    if (message instanceof Heartbeat heartbeat) {
      Membership.heartbeat(turn, heard, heartbeat);
    } else if (message instanceof Prepared prepared) {
      Membership.prepared(turn, heard, prepared);
    } else if (message instanceof Restored restored) {
      Rounds.restored(turn, heard, restored);
    } else if (message instanceof StepDone done) {
      Steps.stepDone(turn, heard, done);
    } else if (message instanceof Evaluated done) {
      Steps.evaluated(turn, heard, done);
    } else if (message instanceof SnapshotTaken taken) {
      Saves.snapshotTaken(turn, heard, taken.prefix());
    } else if (message instanceof SnapshotRefused refused) {
      Saves.failed(turn, heard, refused.prefix(), refused.reason());
    } else if (message instanceof ShardWritten written) {
      Saves.shardWritten(turn, heard, written);
    } else if (message instanceof ShardFailed failed) {
      Saves.failed(turn, heard, failed.prefix(), failed.reason());
    } else if (message instanceof PeerLost lost) {
      Rounds.peerLost(turn, heard, lost);
    } else if (message instanceof Failed failed) {
      Rounds.failed(turn, heard, failed);
    } else if (message instanceof Leaving leaving) {
      Membership.leaving(turn, heard, leaving);
    } else if (message instanceof Hello) {
      Membership.violation(turn, heard, "said hello twice");
    } else {
      throw new IllegalStateException("no such message " + message);
    }
  }
}
