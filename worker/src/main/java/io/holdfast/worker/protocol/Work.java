package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage.Evaluate;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.CoordinatorMessage.RoundOver;
import io.holdfast.protocol.CoordinatorMessage.RunStep;
import io.holdfast.protocol.CoordinatorMessage.Welcome;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.protocol.WorkerMessage.Cause;
import io.holdfast.protocol.WorkerMessage.Evaluated;
import io.holdfast.protocol.WorkerMessage.Failed;
import io.holdfast.protocol.WorkerMessage.Restored;
import io.holdfast.protocol.WorkerMessage.StepDone;
import io.holdfast.worker.protocol.WorkerEvent.EvaluationComputed;
import io.holdfast.worker.protocol.WorkerEvent.Loaded;
import io.holdfast.worker.protocol.WorkerEvent.PeerLost;
import io.holdfast.worker.protocol.WorkerEvent.StepComputed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Restoring, computing, evaluating: what a member does in its round. */
final class Work {
  private Work() {}

  static void restore(WorkerTurn turn, Restore restore) {
    Generation generation = restore.generation();
    boolean ofThisTerm = turn.welcome.map(Welcome::term).equals(Optional.of(generation.term()));
    if (!ofThisTerm || generation.compareTo(turn.newest) <= 0 || turn.prepared.isEmpty()) {
      return;
    }
    drop(turn);
    turn.newest = generation;
    Optional<Member> me =
        restore.members().stream()
            .filter(member -> member.workerId().equals(turn.settings.workerId()))
            .findAny();
    turn.round = Optional.of(restore);
    if (me.isEmpty()) {
      turn.enter(WorkerPhase.SPARE, "not a member of " + generation);
      return;
    }
    if (restore.owners().size() != turn.prepared.get().groups()) {
      failed(
          turn,
          generation,
          Cause.BUG,
          restore.owners().size() + " owners for " + turn.prepared.get().groups() + " groups");
      return;
    }
    turn.enter(WorkerPhase.RESTORING, "step " + restore.step() + " for " + generation);
    turn.effect(
        new WorkerEffect.Load(
            turn.settings.workerId(),
            restore,
            turn.welcome.orElseThrow().heartbeatMillis(),
            turn.welcome.orElseThrow().leaseMillis()));
  }

  /** The groups of slices of this worker in its round, by index in the job's order. */
  static List<Integer> owned(WorkerTurn turn) {
    List<String> owners = turn.round.orElseThrow().owners();
    List<Integer> owned = new ArrayList<>();
    for (int i = 0; i < owners.size(); i++) {
      if (owners.get(i).equals(turn.settings.workerId())) {
        owned.add(i);
      }
    }
    return owned;
  }

  /** Forgets the round; a save that waits for it can no more be written. */
  static void drop(WorkerTurn turn) {
    Writing.refuseWaiting(turn, "a new round began before buffers were free");
    turn.hold(-1);
    if (turn.round.isPresent()) {
      turn.effect(new WorkerEffect.AbandonWork(turn.generation()));
      turn.round = Optional.empty();
    }
  }

  static void loaded(WorkerTurn turn, Loaded loaded) {
    boolean awaited =
        turn.phase == WorkerPhase.RESTORING && loaded.generation().equals(turn.generation());
    if (!awaited) {
      return;
    }
    if (loaded.step() != turn.round.orElseThrow().step()) {
      throw new IllegalStateException("loaded step " + loaded.step() + " for " + turn.round);
    }
    turn.hold(loaded.step());
    turn.enter(WorkerPhase.READY, "holds step " + turn.step);
    turn.send(new Restored(loaded.generation(), loaded.step(), loaded.values(), loaded.slots()));
  }

  /** A step may be computed: if it follows on those before, as soon as their state is held. */
  static void granted(WorkerTurn turn, RunStep run) {
    boolean follows =
        atWork(turn)
            && run.generation().equals(turn.generation())
            && run.step() == turn.granted + 1
            && run.step() <= turn.step + RunStep.AHEAD;
    if (follows && turn.held.isEmpty()) {
      turn.granted = run.step();
      goOn(turn);
    }
  }

  private static boolean atWork(WorkerTurn turn) {
    return turn.phase == WorkerPhase.READY
        || turn.phase == WorkerPhase.COMPUTING
        || turn.phase == WorkerPhase.WAITING_FOR_BUFFERS;
  }

  /** To be done with the state that is held. */
  static void evaluate(WorkerTurn turn, Evaluate evaluate) {
    boolean follows =
        (turn.phase == WorkerPhase.READY || turn.phase == WorkerPhase.WAITING_FOR_BUFFERS)
            && evaluate.generation().equals(turn.generation())
            && evaluate.step() == turn.step
            && turn.granted == turn.step;
    if (follows && turn.held.isEmpty()) {
      turn.held = Optional.of(evaluate);
      goOn(turn);
    }
  }

  /** Begins what is allowed, after a save that waits. */
  static void goOn(WorkerTurn turn) {
    if (turn.waiting.isPresent()) {
      turn.enter(WorkerPhase.WAITING_FOR_BUFFERS, "for " + turn.waiting.get().prefix());
      return;
    }
    while (turn.asked < turn.granted) {
      turn.asked++;
      turn.effect(new WorkerEffect.Compute(turn.generation(), turn.asked));
    }
    if (turn.asked > turn.step) {
      turn.enter(WorkerPhase.COMPUTING, "step " + (turn.step + 1));
    }
    turn.held.ifPresent(
        order -> {
          turn.enter(WorkerPhase.EVALUATING, "step " + order.step());
          turn.effect(new WorkerEffect.EvaluateState(order.generation(), order.step()));
        });
    turn.held = Optional.empty();
  }

  static void stepComputed(WorkerTurn turn, StepComputed done) {
    boolean awaited =
        turn.phase == WorkerPhase.COMPUTING && done.generation().equals(turn.generation());
    if (!awaited) {
      return;
    }
    if (done.step() != turn.step + 1) {
      throw new IllegalStateException("computed step " + done.step() + " from " + turn.step);
    }
    turn.step = done.step();
    if (turn.asked > turn.step) {
      turn.enter(WorkerPhase.COMPUTING, "step " + (turn.step + 1));
    } else {
      turn.enter(WorkerPhase.READY, "holds step " + turn.step);
    }
    turn.send(
        new StepDone(
            done.generation(),
            done.step(),
            done.sums(),
            done.computeNanos(),
            done.waitNanos(),
            done.sentBytes()));
  }

  static void evaluationComputed(WorkerTurn turn, EvaluationComputed done) {
    boolean awaited =
        turn.phase == WorkerPhase.EVALUATING
            && done.generation().equals(turn.generation())
            && done.step() == turn.step;
    if (awaited) {
      turn.enter(WorkerPhase.READY, "holds step " + turn.step);
      turn.send(new Evaluated(done.generation(), done.step(), done.sums()));
    }
  }

  /** The coordinator says that the round is over; the next one comes when it comes. */
  static void roundOver(WorkerTurn turn, RoundOver over) {
    if (over.generation().equals(turn.generation())) {
      drop(turn);
      turn.enter(WorkerPhase.SPARE, over.reason());
    }
  }

  /** Without one of its members a round cannot go on: drops out of it and tells the coordinator. */
  static void peerLost(WorkerTurn turn, PeerLost lost) {
    if (!lost.generation().equals(turn.generation())) {
      return;
    }
    drop(turn);
    turn.enter(WorkerPhase.SPARE, "lost " + lost.workerId() + ": " + lost.reason());
    turn.send(new WorkerMessage.PeerLost(lost.generation(), lost.workerId(), lost.reason()));
  }

  /** The state is worth nothing any more; the coordinator begins a new round, or ends the run. */
  static void failed(WorkerTurn turn, Generation generation, Cause cause, String reason) {
    if (!generation.equals(turn.generation())) {
      return;
    }
    turn.hold(-1);
    turn.enter(WorkerPhase.SPARE, reason);
    turn.send(new Failed(generation, cause, reason));
  }
}
