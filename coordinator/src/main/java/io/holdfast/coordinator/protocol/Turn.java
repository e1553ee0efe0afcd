package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderEffect.Announce;
import io.holdfast.coordinator.protocol.LeaderEffect.Level;
import io.holdfast.coordinator.protocol.LeaderState.DataSize;
import io.holdfast.coordinator.protocol.LeaderState.Stop;
import io.holdfast.coordinator.protocol.OperatorRequest.Waiting;
import io.holdfast.protocol.CoordinatorMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The draft of one transition: the state's parts while they change, and the effects so far. */
final class Turn {
  final RunPlan plan;
  final long now;
  long term;
  Phase phase;
  String reason;
  final TreeMap<String, WorkerEntry> workers;
  Optional<DataSize> data;
  Optional<String> probeDigest;
  Recovery recovery;
  long lastRound;
  Optional<Round> round;
  Gathering gathering;
  Barrier barrier;
  Optional<Save> save;
  int savesHere;
  int saveFailures;
  long saveRetryAt;
  long lastSave;
  Skips skips;
  SaveCadence cadence;
  final TreeMap<Long, Commit> commits;
  final List<Verification> verifications;
  Optional<String> linkable;
  long storedBytes;
  Optional<Stop> stop;
  int bugs;
  final TreeMap<Long, Waiting> requests;
  MemberNews news;
  OptionalInt exitCode;
  private final List<LeaderEffect> effects = new ArrayList<>();

  Turn(LeaderState state, long nowNanos) {
    plan = state.plan();
    now = nowNanos;
    term = state.term();
    phase = state.phase();
    reason = state.reason();
    workers = new TreeMap<>(state.workers());
    data = state.data();
    probeDigest = state.probeDigest();
    recovery = state.recovery();
    lastRound = state.lastRound();
    round = state.round();
    gathering = state.gathering();
    barrier = state.barrier();
    save = state.save();
    savesHere = state.savesHere();
    saveFailures = state.saveFailures();
    saveRetryAt = state.saveRetryAtNanos();
    lastSave = state.lastSaveNanos();
    skips = state.skips();
    cadence = state.cadence();
    commits = new TreeMap<>(state.commits());
    verifications = new ArrayList<>(state.verifications());
    linkable = state.linkable();
    storedBytes = state.storedBytes();
    stop = state.stop();
    bugs = state.bugs();
    requests = new TreeMap<>(state.requests());
    news = state.news();
    exitCode = state.exitCode();
  }

  Transition end() {
    LeaderState next =
        new LeaderState(
            plan,
            term,
            phase,
            reason,
            now,
            workers,
            data,
            probeDigest,
            recovery,
            lastRound,
            round,
            gathering,
            barrier,
            save,
            savesHere,
            saveFailures,
            saveRetryAt,
            lastSave,
            skips,
            cadence,
            commits,
            verifications,
            linkable,
            storedBytes,
            stop,
            bugs,
            requests,
            news,
            exitCode);
    return new Transition(next, effects);
  }

  /** The one way into a phase. */
  void enter(Phase next, String why) {
    phase = next;
    reason = why;
  }

  /** Adds an effect; the one that ends the machine is the last, whatever the turn goes on to do. */
  void effect(LeaderEffect effect) {
    if (phase != Phase.ENDED) {
      effects.add(effect);
    }
  }

  /** Ends the machine: nothing follows in this turn or later. */
  void leave(int code, String why) {
    effect(new LeaderEffect.Finish(code, why));
    exitCode = OptionalInt.of(code);
    enter(Phase.ENDED, why);
  }

  void send(WorkerEntry worker, CoordinatorMessage message) {
    effect(new LeaderEffect.Send(worker.connection(), message));
  }

  /** To all members of the round, in its order. */
  void sendMembers(CoordinatorMessage message) {
    round.orElseThrow().members().forEach(member -> send(workers.get(member.workerId()), message));
  }

  void disconnect(long connection, String why) {
    effect(new LeaderEffect.Disconnect(connection, why));
  }

  void announce(Level level, String text) {
    effect(new Announce(level, text));
  }

  void info(String text) {
    announce(Level.INFO, text);
  }

  void warn(String text) {
    announce(Level.WARNING, text);
  }

  void put(WorkerEntry worker) {
    workers.put(worker.id(), worker);
  }
}
