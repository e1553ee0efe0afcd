package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.CoordinatorMessage.AbandonSave;
import io.holdfast.protocol.CoordinatorMessage.Alive;
import io.holdfast.protocol.CoordinatorMessage.Evaluate;
import io.holdfast.protocol.CoordinatorMessage.Finish;
import io.holdfast.protocol.CoordinatorMessage.Refused;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.CoordinatorMessage.RoundOver;
import io.holdfast.protocol.CoordinatorMessage.RunStep;
import io.holdfast.protocol.CoordinatorMessage.Save;
import io.holdfast.protocol.CoordinatorMessage.Welcome;
import io.holdfast.protocol.WorkerMessage.Leaving;
import io.holdfast.worker.protocol.WorkerEvent.ComputeFailed;
import io.holdfast.worker.protocol.WorkerEvent.Connected;
import io.holdfast.worker.protocol.WorkerEvent.Disconnected;
import io.holdfast.worker.protocol.WorkerEvent.EvaluationComputed;
import io.holdfast.worker.protocol.WorkerEvent.JobFailed;
import io.holdfast.worker.protocol.WorkerEvent.JobPrepared;
import io.holdfast.worker.protocol.WorkerEvent.LeaveRequested;
import io.holdfast.worker.protocol.WorkerEvent.LoadFailed;
import io.holdfast.worker.protocol.WorkerEvent.Loaded;
import io.holdfast.worker.protocol.WorkerEvent.PeerLost;
import io.holdfast.worker.protocol.WorkerEvent.Received;
import io.holdfast.worker.protocol.WorkerEvent.ShardFilesFailed;
import io.holdfast.worker.protocol.WorkerEvent.ShardFilesWritten;
import io.holdfast.worker.protocol.WorkerEvent.Started;
import io.holdfast.worker.protocol.WorkerEvent.StepComputed;
import io.holdfast.worker.protocol.WorkerEvent.Tick;

/**
 * The machine of a worker: it computes step N + 1 only from the state of step N of the same
 * generation, never lets go of buffers that a save waits for, and leaves coordinators of older
 * terms.
 */
public final class WorkerMachine {
  private WorkerMachine() {}

  /**
   * What follows from an event. Nothing follows once the machine has ended.
   *
   * @param nowNanos monotonic time of the event, never before that of the last one
   */
  public static WorkerTransition apply(WorkerState state, long nowNanos, WorkerEvent event) {
    WorkerTurn turn = new WorkerTurn(state, nowNanos);
    if (state.phase() != WorkerPhase.ENDED) {
      dispatch(turn, event);
    }
    return turn.end();
  }

  private static void dispatch(WorkerTurn turn, WorkerEvent event) {
    if (event instanceof Started) {
      Links.started(turn);
    } else if (event instanceof Tick) {
      Links.tick(turn);
      Preparation.tick(turn);
    } else if (event instanceof Connected connected) {
      Links.connected(turn, connected.connection());
    } else if (event instanceof Disconnected lost) {
      Links.disconnected(turn, lost.connection(), lost.reason());
    } else if (event instanceof Received received) {
      received(turn, received);
    } else if (event instanceof JobPrepared done) {
      Preparation.done(turn, done);
    } else if (event instanceof JobFailed failed) {
      Preparation.failed(turn, failed);
    } else if (event instanceof LeaveRequested leave) {
      turn.send(new Leaving(leave.reason()));
      turn.exit(leave.exitCode(), leave.reason());
    } else {
      worked(turn, event);
    }
  }

  private static void worked(WorkerTurn turn, WorkerEvent event) {
    if (event instanceof Loaded loaded) {
      Work.loaded(turn, loaded);
    } else if (event instanceof LoadFailed failed) {
      Work.failed(turn, failed.generation(), failed.cause(), failed.reason());
    } else if (event instanceof PeerLost lost) {
      Work.peerLost(turn, lost);
    } else if (event instanceof StepComputed done) {
      Work.stepComputed(turn, done);
    } else if (event instanceof EvaluationComputed done) {
      Work.evaluationComputed(turn, done);
    } else if (event instanceof ComputeFailed failed) {
      Work.failed(turn, failed.generation(), failed.cause(), failed.reason());
    } else if (event instanceof ShardFilesWritten written) {
      Writing.written(turn, written);
    } else if (event instanceof ShardFilesFailed failed) {
      Writing.failed(turn, failed);
    } else {
      throw new IllegalStateException("no such event " + event);
    }
  }

  private static void received(WorkerTurn turn, Received received) {
    if (!turn.link.open() || received.connection() != turn.link.number()) {
      return;
    }
    Links.heard(turn);
    CoordinatorMessage message = received.message();
    if (message instanceof Welcome welcome) {
      Links.welcomed(turn, welcome);
    } else if (message instanceof Refused refused) {
      turn.exit(WorkerSettings.EXIT_BAD_INPUT, "refused: " + refused.reason());
    } else if (message instanceof Finish finish) {
      turn.send(new Leaving(finish.reason()));
      turn.exit(finish.exitCode(), finish.reason());
    } else if (message instanceof Alive) {
      return;
    } else if (message instanceof Restore restore) {
      Work.restore(turn, restore);
    } else if (message instanceof RunStep run) {
      Work.granted(turn, run);
    } else if (message instanceof Evaluate evaluate) {
      Work.evaluate(turn, evaluate);
    } else if (message instanceof RoundOver over) {
      Work.roundOver(turn, over);
    } else if (message instanceof AbandonSave abandon) {
      Writing.unwanted(turn, abandon.prefix());
    } else if (message instanceof Save save) {
      Writing.save(turn, save);
    } else {
      throw new IllegalStateException("no such message " + message);
    }
  }
}
