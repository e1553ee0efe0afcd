package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderState.DataSize;
import io.holdfast.coordinator.protocol.WorkerEntry.Pace;
import io.holdfast.coordinator.protocol.WorkerEntry.Stage;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.WorkerMessage.Heartbeat;
import io.holdfast.protocol.WorkerMessage.Hello;
import io.holdfast.protocol.WorkerMessage.Leaving;
import io.holdfast.protocol.WorkerMessage.Prepared;
import java.util.List;
import java.util.Optional;

/** Who is connected, and who may take part. */
final class Membership {
  private Membership() {}

  /** The worker that speaks on a connection; none for one that was given up. */
  static Optional<WorkerEntry> on(Turn turn, long connection) {
    return turn.workers.values().stream()
        .filter(worker -> worker.connection() == connection)
        .findAny();
  }

  static void joined(Turn turn, long connection, Hello hello) {
    WorkerEntry known = turn.workers.get(hello.workerId());
    if (known != null) {
      turn.disconnect(known.connection(), "the worker came back on another connection");
      drop(turn, known, "it came back on another connection");
    }
    Optional<String> refusal = refusal(turn, hello);
    if (refusal.isPresent()) {
      refuse(turn, connection, hello, refusal.get());
      return;
    }
    WorkerEntry worker =
        new WorkerEntry(
            hello, connection, Stage.PREPARING, Optional.empty(), turn.now, 0, Pace.NONE);
    turn.put(worker);
    RunPlan plan = turn.plan;
    turn.send(
        worker,
        new CoordinatorMessage.Welcome(
            turn.term,
            plan.run(),
            plan.job(),
            plan.heartbeat().toMillis(),
            plan.lease().toMillis()));
  }

  private static Optional<String> refusal(Turn turn, Hello hello) {
    if (!hello.version().equals(turn.plan.version())) {
      return Optional.of(
          "its version is " + hello.version() + ", the coordinator's is " + turn.plan.version());
    }
    if (turn.workers.size() >= Limits.MAX_WORKERS) {
      return Optional.of("there are " + Limits.MAX_WORKERS + " workers already");
    }
    return Optional.empty();
  }

  private static void refuse(Turn turn, long connection, Hello hello, String why) {
    turn.news = turn.news.refused(hello, why, turn.now);
    turn.warn("Refused worker " + hello.workerId() + ": " + why);
    turn.effect(
        new LeaderEffect.Send(
            connection, new CoordinatorMessage.Refused("worker " + hello.workerId() + ": " + why)));
    turn.disconnect(connection, why);
  }

  static void prepared(Turn turn, WorkerEntry worker, Prepared message) {
    if (worker.stage() != Stage.PREPARING) {
      violation(turn, worker, "prepared twice");
      return;
    }
    WorkerEntry ready = worker.with(message).at(Stage.SPARE);
    Optional<String> why = misfit(turn, message);
    if (why.isPresent()) {
      sendAway(turn, worker, why.get());
      return;
    }
    turn.data = Optional.of(new DataSize(message.trainSamples(), message.validationSamples()));
    turn.put(ready);
    turn.gathering = turn.gathering.spareAt(turn.now);
    Rounds.begin(turn);
  }

  private static void sendAway(Turn turn, WorkerEntry worker, String why) {
    turn.workers.remove(worker.id());
    Draining.lost(turn, worker.id(), "it is refused: " + why);
    refuse(turn, worker.connection(), worker.hello(), why);
  }

  /** Why a worker's kernels or data are not those of the run. */
  private static Optional<String> misfit(Turn turn, Prepared message) {
    DataSize size = new DataSize(message.trainSamples(), message.validationSamples());
    if (size.trainSamples() < 1) {
      return Optional.of("it finds no training data");
    }
    if (turn.data.isPresent() && !turn.data.get().equals(size)) {
      return Optional.of("its data differ: " + size + ", the run has " + turn.data.get());
    }
    if (turn.probeDigest.isPresent() && !turn.probeDigest.get().equals(message.probeDigest())) {
      return Optional.of(
          "its kernels compute other bits: probe digest "
              + message.probeDigest()
              + ", the run has "
              + turn.probeDigest.get());
    }
    return Optional.empty();
  }

  /** Holds the run to these kernels and sends those away that have others. */
  static void holdToProbe(Turn turn, String probeDigest) {
    turn.probeDigest = Optional.of(probeDigest);
    for (WorkerEntry worker : List.copyOf(turn.workers.values())) {
      Optional<String> why = worker.prepared().flatMap(prepared -> misfit(turn, prepared));
      if (why.isPresent()) {
        sendAway(turn, worker, why.get());
      }
    }
  }

  static void heartbeat(Turn turn, WorkerEntry worker, Heartbeat message) {
    if (Rounds.current(turn, worker, message.generation())) {
      turn.put(worker.atStep(message.step()));
    }
    turn.send(worker, new CoordinatorMessage.Alive(turn.term));
  }

  static void expireLeases(Turn turn) {
    long lease = turn.plan.lease().toNanos();
    for (WorkerEntry worker : List.copyOf(turn.workers.values())) {
      if (turn.now - worker.heardNanos() > lease) {
        turn.disconnect(worker.connection(), "its lease is over");
        drop(turn, worker, "no sign of life for " + turn.plan.lease().toMillis() + " ms");
      }
    }
  }

  /** By its own wish, or because it is drained. */
  static void leaving(Turn turn, WorkerEntry worker, Leaving message) {
    if (worker.stage() == Stage.LEAVING) {
      Draining.left(turn, worker);
    } else {
      drop(turn, worker, "it leaves: " + message.reason());
    }
  }

  /** A worker that breaks the protocol is sent away; what it holds is worth nothing. */
  static void violation(Turn turn, WorkerEntry worker, String what) {
    turn.disconnect(worker.connection(), what);
    drop(turn, worker, "it broke the protocol: " + what);
  }

  /** A worker is gone: its unfinished files are given up, and a round that it was part of ends. */
  static void drop(Turn turn, WorkerEntry worker, String why) {
    if (turn.workers.remove(worker.id()) == null) {
      return;
    }
    Draining.lost(turn, worker.id(), why);
    String told = "Lost worker " + worker.id() + ": " + why;
    turn.warn(told);
    if (turn.round.isPresent() && turn.round.get().has(worker.id())) {
      Rounds.lose(turn, told);
    }
    Saves.writerLost(turn, worker.id());
  }
}
