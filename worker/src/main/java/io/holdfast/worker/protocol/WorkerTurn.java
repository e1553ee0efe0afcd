package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.CoordinatorMessage.Welcome;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage;
import io.holdfast.worker.protocol.WorkerState.Link;
import io.holdfast.worker.protocol.WorkerState.PreparedJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The draft of one transition: the state's parts while they change, and the effects so far. */
final class WorkerTurn {
  final WorkerSettings settings;
  final long now;
  WorkerPhase phase;
  String reason;
  Link link;
  long highestTerm;
  Optional<Welcome> welcome;
  Optional<PreparedJob> prepared;
  Optional<String> preparing;
  long prepareRetryAt;
  int prepareFailures;
  Generation newest;
  Optional<Restore> round;
  long step;
  long asked;
  long granted;
  Optional<String> writing;
  Optional<CoordinatorMessage.Save> waiting;
  Optional<CoordinatorMessage.Evaluate> held;
  OptionalInt exitCode;
  private final List<WorkerEffect> effects = new ArrayList<>();

  WorkerTurn(WorkerState state, long nowNanos) {
    settings = state.settings();
    now = nowNanos;
    phase = state.phase();
    reason = state.reason();
    link = state.link();
    highestTerm = state.highestTerm();
    welcome = state.welcome();
    prepared = state.prepared();
    preparing = state.preparing();
    prepareRetryAt = state.prepareRetryAtNanos();
    prepareFailures = state.prepareFailures();
    newest = state.newest();
    round = state.round();
    step = state.step();
    asked = state.asked();
    granted = state.granted();
    writing = state.writing();
    waiting = state.waiting();
    held = state.held();
    exitCode = state.exitCode();
  }

  WorkerTransition end() {
    WorkerState next =
        new WorkerState(
            settings,
            phase,
            reason,
            now,
            link,
            highestTerm,
            welcome,
            prepared,
            preparing,
            prepareRetryAt,
            prepareFailures,
            newest,
            round,
            step,
            asked,
            granted,
            writing,
            waiting,
            held,
            exitCode);
    return new WorkerTransition(next, effects);
  }

  /** Holds that state and nothing is to be done from it; -1 for no state. */
  void hold(long state) {
    step = state;
    asked = state;
    granted = state;
    held = Optional.empty();
  }

  /** The one way into a phase. */
  void enter(WorkerPhase next, String why) {
    phase = next;
    reason = why;
  }

  /** Adds an effect; the exit is the last, whatever the turn goes on to do. */
  void effect(WorkerEffect effect) {
    if (phase != WorkerPhase.ENDED) {
      effects.add(effect);
    }
  }

  void exit(int code, String why) {
    effect(new WorkerEffect.Exit(code, why));
    exitCode = OptionalInt.of(code);
    enter(WorkerPhase.ENDED, why);
  }

  /** Says it to the coordinator; without one nobody is there to hear it. */
  void send(WorkerMessage message) {
    if (link.open()) {
      effect(new WorkerEffect.Send(link.number(), message));
    }
  }

  Generation generation() {
    return round.map(Restore::generation).orElse(Generation.NONE);
  }
}
