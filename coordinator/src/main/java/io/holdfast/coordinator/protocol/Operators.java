package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderEvent.OperatorAsked;
import io.holdfast.coordinator.protocol.LeaderEvent.StopRequested;
import io.holdfast.coordinator.protocol.OperatorAnswer.Done;
import io.holdfast.coordinator.protocol.OperatorAnswer.Refused;
import io.holdfast.coordinator.protocol.OperatorAnswer.Why;
import io.holdfast.coordinator.protocol.OperatorRequest.Drain;
import io.holdfast.coordinator.protocol.OperatorRequest.SaveNow;
import io.holdfast.coordinator.protocol.OperatorRequest.Stop;
import io.holdfast.coordinator.protocol.OperatorRequest.Waiting;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What operators ask for, answered when it has happened. Whether it has is read off the state at
 * the end of each turn; only failures are told from where they happen.
 */
final class Operators {
  private static final String STOP_REASON = "an operator stopped the job";

  private Operators() {}

  static void asked(Turn turn, OperatorAsked asked) {
    Optional<Refused> refusal = refusal(turn, asked.what());
    if (refusal.isPresent()) {
      turn.effect(new LeaderEffect.Answer(asked.request(), refusal.get()));
      return;
    }
    long fromStep = Math.max(1, turn.barrier.step());
    turn.requests.put(asked.request(), new Waiting(asked.what(), fromStep, false));
    if (asked.what() instanceof Drain drain) {
      Draining.begin(turn, drain.workerId());
    } else if (asked.what() instanceof Stop) {
      stop(turn);
    }
  }

  private static void stop(Turn turn) {
    if (!isAtWork(turn.phase)) {
      Rounds.askAgain(turn, STOP_REASON);
    }
    if (turn.stop.isEmpty()) {
      Ending.requested(turn, new StopRequested(STOP_REASON, ExitCode.DONE));
    }
  }

  /** Whether the end must wait until storage has said what a later run goes on from. */
  static boolean awaitsStorage(Turn turn) {
    return !turn.recovery.found()
        && turn.requests.values().stream().anyMatch(waiting -> waiting.what() instanceof Stop);
  }

  private static Optional<Refused> refusal(Turn turn, OperatorRequest what) {
    if (turn.phase == Phase.STANDBY) {
      return Optional.of(new Refused(Why.UNAVAILABLE, "this coordinator does not lead"));
    }
    if (turn.requests.size() >= Limits.MAX_OPERATOR_REQUESTS) {
      return Optional.of(
          new Refused(Why.TOO_MANY, Limits.MAX_OPERATOR_REQUESTS + " requests wait already"));
    }
    return what instanceof Drain drain
        ? Draining.refusal(turn, drain.workerId())
        : Optional.empty();
  }

  /** Nobody waits for the answer any more. */
  static void left(Turn turn, long request) {
    turn.requests.remove(request);
  }

  /**
   * The save to make at this barrier: the one that is due anyway, or one for an operator, who
   * rather waits for a later barrier than stops training while another save is under way.
   */
  static Optional<SaveKind> due(Turn turn) {
    Optional<SaveKind> due = turn.barrier.due();
    boolean wanted =
        turn.barrier.step() > 0
            && turn.save.isEmpty()
            && turn.verifications.size() < Limits.MAX_PENDING_VERIFICATIONS
            && turn.requests.values().stream().anyMatch(w -> w.what() instanceof SaveNow);
    return wanted && !due.map(SaveKind::mustSucceed).orElse(false)
        ? Optional.of(SaveKind.OPERATOR)
        : due;
  }

  /** A round begins at this step: what was later is lost, and a save of it is none. */
  static void restarted(Turn turn, long step) {
    turn.requests.replaceAll((request, waiting) -> waiting.from(Math.max(1, step)));
  }

  /** A save has come to nothing. */
  static void saveFailed(Turn turn, Save save, AttemptState state, String why) {
    if (save.kind() == SaveKind.PERIODIC) {
      return;
    }
    String told = "save of step " + save.step() + " " + state + ": " + why;
    for (Map.Entry<Long, Waiting> entry : List.copyOf(turn.requests.entrySet())) {
      Waiting waiting = entry.getValue();
      if (waiting.what() instanceof SaveNow && save.step() >= waiting.fromStep()) {
        answer(turn, entry.getKey(), new Refused(Why.FAILED, told));
      }
    }
    if (save.kind() == SaveKind.RESIZE) {
      Draining.cancel(turn, told);
    }
  }

  /** Answers what has happened by the end of a turn. */
  static void settle(Turn turn) {
    Draining.depart(turn);
    for (Map.Entry<Long, Waiting> entry : List.copyOf(turn.requests.entrySet())) {
      done(turn, entry.getValue()).ifPresent(answer -> answer(turn, entry.getKey(), answer));
    }
  }

  /** Only while a round is at work: before, storage may find that what was saved is damaged. */
  private static Optional<OperatorAnswer> done(Turn turn, Waiting waiting) {
    if (!isAtWork(turn.phase)) {
      return Optional.empty();
    }
    if (waiting.what() instanceof SaveNow) {
      return Optional.ofNullable(turn.commits.ceilingEntry(waiting.fromStep()))
          .map(commit -> done(commit.getKey(), commit.getValue()));
    }
    return waiting.gone()
        ? Optional.of(new Done(turn.barrier.step(), "", AttemptState.COMMITTED))
        : Optional.empty();
  }

  private static OperatorAnswer done(long step, Commit commit) {
    return new Done(
        step, commit.prefix(), commit.verified() ? AttemptState.VERIFIED : AttemptState.COMMITTED);
  }

  private static boolean isAtWork(Phase phase) {
    return phase == Phase.TRAINING || phase == Phase.EVALUATING || phase == Phase.SAVING;
  }

  /** The job stops, and a later run goes on from the newest checkpoint. */
  static void stopped(Turn turn) {
    OperatorAnswer answer =
        Optional.ofNullable(turn.commits.lastEntry())
            .map(commit -> done(commit.getKey(), commit.getValue()))
            .orElse(new Done(0, "", AttemptState.COMMITTED));
    for (Map.Entry<Long, Waiting> entry : List.copyOf(turn.requests.entrySet())) {
      if (entry.getValue().what() instanceof Stop) {
        answer(turn, entry.getKey(), answer);
      }
    }
  }

  /** This leader leaves: whoever still waits is told that it has not happened. */
  static void end(Turn turn, String reason) {
    settle(turn);
    for (Map.Entry<Long, Waiting> entry : List.copyOf(turn.requests.entrySet())) {
      Refused refused =
          entry.getValue().what() instanceof Stop
              ? new Refused(Why.FAILED, "the job ended before its state was saved: " + reason)
              : new Refused(Why.UNAVAILABLE, "the coordinator leaves: " + reason);
      answer(turn, entry.getKey(), refused);
    }
  }

  static void answer(Turn turn, long request, OperatorAnswer answer) {
    turn.requests.remove(request);
    turn.effect(new LeaderEffect.Answer(request, answer));
  }
}
