package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderEffect.RecordAttempt;
import io.holdfast.coordinator.protocol.LeaderEffect.ShardFile;
import io.holdfast.coordinator.protocol.LeaderEvent.CommitDone;
import io.holdfast.coordinator.protocol.LeaderEvent.CommitOutcome;
import io.holdfast.coordinator.protocol.Save.Writer;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** From a save that is due to its commit. There is at most one in flight. */
final class Saves {
  private Saves() {}

  /**
   * Deals with a save that is due at the step that all are through. One of a step up to that of a
   * live commit is not made: the save of an earlier round may come to its end after the next round
   * has begun, and the newest checkpoint never goes back.
   *
   * @return false if training must wait
   */
  static boolean settle(Turn turn, SaveKind kind) {
    long step = turn.barrier.step();
    if (turn.commits.ceilingKey(step) != null) {
      return true;
    }
    if (turn.save.isPresent() && turn.save.get().step() == step) {
      return !kind.mustSucceed();
    }
    Optional<String> busy = busy(turn, kind);
    if (busy.isPresent() && kind.mustSucceed()) {
      return false;
    }
    if (busy.isPresent()) {
      skip(turn, busy.get());
      return true;
    }
    Optional<String> noRoom = kind.obeysBudget() ? noRoom(turn) : Optional.empty();
    if (noRoom.isPresent()) {
      skip(turn, noRoom.get());
      // Time alone may have made room since the last retention.
      Verifications.retain(turn);
      return true;
    }
    start(turn, kind);
    return true;
  }

  /**
   * Why no other save can be begun now; empty if one can. One that training does not wait for
   * begins when the one before is through all of its states: so storage, and the cores that it
   * takes, do one thing at a time beside training.
   */
  private static Optional<String> busy(Turn turn, SaveKind kind) {
    if (turn.save.isPresent()) {
      return Optional.of("previous still writing");
    }
    boolean beside = kind == SaveKind.PERIODIC && turn.plan.checkpoint().async();
    if (turn.verifications.size() >= (beside ? 1 : Limits.MAX_PENDING_VERIFICATIONS)) {
      return Optional.of("previous still being read back");
    }
    return beside && !turn.cadence.isAffordable(turn.now, wantedSeconds(turn))
        ? Optional.of("so soon after the previous it would slow down training")
        : Optional.empty();
  }

  /** The time between the periodic saves that the job names, as steps go. */
  private static double wantedSeconds(Turn turn) {
    var rules = turn.plan.checkpoint();
    double bySteps =
        rules.everySteps().isPresent()
            ? rules.everySteps().getAsLong() * turn.cadence.paceSeconds()
            : Double.MAX_VALUE;
    double byTime = rules.every().map(every -> every.toNanos() / 1e9).orElse(Double.MAX_VALUE);
    return Math.min(bySteps, byTime);
  }

  /** Does without a save that is due. */
  private static void skip(Turn turn, String why) {
    long step = turn.barrier.step();
    String prefix = prefix(turn.round.orElseThrow().generation(), step);
    turn.effect(new RecordAttempt(step, prefix, AttemptState.ABANDONED, why));
    tellSkip(turn, "Save of step " + step + " ABANDONED: " + why);
    turn.lastSave = turn.now;
  }

  private static void tellSkip(Turn turn, String text) {
    if (!turn.skips.isDue(turn.now)) {
      turn.skips = turn.skips.more();
      return;
    }
    turn.warn(text + turn.skips.others());
    turn.skips = turn.skips.told(turn.now);
  }

  /** Why the disk budget has no room for one more; empty if it has, or there is none. */
  private static Optional<String> noRoom(Turn turn) {
    OptionalLong budget = turn.plan.checkpoint().retention().maxDiskBytes();
    long next = turn.plan.expectedSaveBytes();
    if (budget.isEmpty() || turn.storedBytes + next <= budget.getAsLong()) {
      return Optional.empty();
    }
    return Optional.of(
        "no room in checkpoint.max_disk_bytes: %d bytes are stored, about %d are needed, %d allowed"
            .formatted(turn.storedBytes, next, budget.getAsLong()));
  }

  private static String prefix(Generation generation, long step) {
    return "ckpt-" + generation + "-" + step;
  }

  /**
   * Asks the owners to hand over their buffers. A second save at the same barrier is named by a
   * round of its own, for a prefix is never used twice.
   */
  static void start(Turn turn, SaveKind kind) {
    Round round = turn.round.orElseThrow();
    Generation name = round.generation();
    if (turn.savesHere > 0) {
      turn.lastRound++;
      name = new Generation(turn.term, turn.lastRound);
    }
    turn.savesHere++;
    turn.lastSave = turn.now;
    long step = turn.barrier.step();
    Save save = newSave(turn, kind, round, name);
    turn.save = Optional.of(save);
    turn.cadence = turn.cadence.started(turn.now);
    turn.effect(new RecordAttempt(step, save.prefix(), AttemptState.REQUESTED, kind.name()));
    save.workers().forEach(worker -> ask(turn, save, round.generation(), worker));
  }

  private static void ask(Turn turn, Save save, Generation members, String worker) {
    turn.send(
        turn.workers.get(worker),
        new CoordinatorMessage.Save(
            members,
            save.prefix(),
            save.step(),
            save.filesOf(worker),
            save.numShards(),
            turn.linkable.orElse(""),
            save.kind().mustSucceed()));
  }

  private static Save newSave(Turn turn, SaveKind kind, Round round, Generation name) {
    Barrier barrier = turn.barrier;
    CheckpointMetadata metadata =
        new CheckpointMetadata(
            turn.probeDigest.orElseThrow(), barrier.epochSums(), barrier.best(), barrier.metrics());
    return new Save(
        prefix(name, barrier.step()),
        barrier.step(),
        name,
        kind,
        AttemptState.REQUESTED,
        Tiling.writers(turn.plan, round),
        Set.of(),
        Map.of(),
        metadata,
        false,
        0,
        0,
        turn.now);
  }

  /** The save of that prefix, unless its shard files are complete or it was given up. */
  private static Optional<Save> open(Turn turn, String prefix) {
    return turn.save.filter(
        save ->
            save.prefix().equals(prefix)
                && (save.state() == AttemptState.REQUESTED
                    || save.state() == AttemptState.SNAPSHOT));
  }

  static void snapshotTaken(Turn turn, WorkerEntry worker, String prefix) {
    Optional<Save> open = open(turn, prefix);
    if (open.isEmpty() || open.get().state() != AttemptState.REQUESTED) {
      return;
    }
    Save save = open.get().withSnapshot(worker.id());
    turn.save = Optional.of(save);
    if (save.snapshots().size() == save.writers().size()) {
      reach(turn, save, AttemptState.SNAPSHOT);
    }
  }

  private static void reach(Turn turn, Save save, AttemptState state) {
    turn.save = Optional.of(save.at(state));
    turn.effect(new RecordAttempt(save.step(), save.prefix(), state, ""));
  }

  static void shardWritten(Turn turn, WorkerEntry worker, ShardWritten message) {
    Optional<Save> open = open(turn, message.prefix());
    if (open.isEmpty() || !open.get().isWriter(message.shard(), worker.id())) {
      return;
    }
    Writer writer = open.get().writer(message.shard()).orElseThrow();
    Optional<String> problem = Tiling.problem(turn.plan, writer, message);
    if (problem.isPresent()) {
      abandon(turn, open.get(), "worker " + worker.id() + " wrote " + problem.get());
      return;
    }
    Save save = open.get().withWritten(message);
    turn.save = Optional.of(save);
    if (save.written().size() == save.writers().size()) {
      reach(turn, save, AttemptState.WRITTEN);
      commit(turn);
    }
  }

  private static void commit(Turn turn) {
    Save save = turn.save.orElseThrow().committing();
    turn.save = Optional.of(save);
    List<ShardFile> files =
        save.written().values().stream()
            .map(w -> new ShardFile(w.shard(), save.numShards(), w.lengthBytes(), w.pieces()))
            .toList();
    turn.effect(
        new LeaderEffect.Commit(
            save.prefix(), save.step(), save.generation(), files, save.metadata()));
  }

  static void failed(Turn turn, WorkerEntry worker, String prefix, String reason) {
    open(turn, prefix)
        .filter(save -> save.isWriter(worker.id()))
        .ifPresent(save -> giveUp(turn, save, "worker " + worker.id() + ": " + reason));
  }

  /** A worker is gone: what it has not written will never be. */
  static void writerLost(Turn turn, String workerId) {
    Optional<Save> open = turn.save.flatMap(save -> open(turn, save.prefix()));
    if (open.isEmpty()) {
      return;
    }
    if (open.get().owes(workerId)) {
      abandon(turn, open.get(), "its writer " + workerId + " is lost");
    }
  }

  /** Whether the save in flight needs a worker. */
  static boolean needs(Turn turn, String workerId) {
    return turn.save
        .flatMap(save -> open(turn, save.prefix()))
        .filter(save -> save.owes(workerId))
        .isPresent();
  }

  /** Gives up a save of which it is known that no index exists or ever will. */
  private static void abandon(Turn turn, Save save, String why) {
    end(turn, save, AttemptState.ABANDONED, why);
    save.workers().stream()
        .map(turn.workers::get)
        .filter(Objects::nonNull)
        .forEach(worker -> turn.send(worker, new CoordinatorMessage.AbandonSave(save.prefix())));
    turn.effect(new LeaderEffect.Discard(save.prefix()));
    Steps.advance(turn);
  }

  /** As {@link #abandon}, where storage failed: what may be deleted may be what it lacks. */
  private static void giveUp(Turn turn, Save save, String why) {
    abandon(turn, save, why);
    Verifications.retain(turn);
  }

  private static void end(Turn turn, Save save, AttemptState state, String why) {
    turn.save = Optional.empty();
    turn.cadence = turn.cadence.abandoned();
    pauseSaves(turn);
    turn.effect(new RecordAttempt(save.step(), save.prefix(), state, why));
    turn.warn("Save of step " + save.step() + " " + state + ": " + why);
    Operators.saveFailed(turn, save, state, why);
  }

  /** The next save of this barrier, if the run cannot end without one, comes after a pause. */
  static void pauseSaves(Turn turn) {
    turn.saveFailures++;
    turn.saveRetryAt = turn.now + Limits.retryPauseNanos(turn.saveFailures);
  }

  static void quarantined(Turn turn, String prefix) {
    turn.save
        .filter(save -> save.prefix().equals(prefix))
        .ifPresent(save -> end(turn, save, AttemptState.QUARANTINED, "found damaged"));
  }

  static void commitDone(Turn turn, CommitDone done) {
    Optional<Save> awaited =
        turn.save.filter(save -> save.prefix().equals(done.prefix()) && save.asked());
    if (awaited.isEmpty()) {
      return;
    }
    Save save = awaited.get();
    if (done.outcome() instanceof CommitOutcome.Committed committed) {
      turn.storedBytes += committed.sizeBytes();
      committed(turn, save);
    } else if (done.outcome() instanceof CommitOutcome.Abandoned abandoned) {
      giveUp(turn, save, abandoned.reason());
    } else if (done.outcome() instanceof CommitOutcome.Conflict conflict) {
      Ending.finish(turn, ExitCode.BUG, save.prefix() + " is another's: " + conflict.reason());
    } else if (done.outcome() instanceof CommitOutcome.Unknown unknown) {
      long retryAt = turn.now + Limits.retryPauseNanos(save.unknowns() + 1);
      turn.save = Optional.of(save.unknownUntil(retryAt));
      turn.warn("Commit of step " + save.step() + " has an unknown outcome: " + unknown.reason());
    } else if (done.outcome() instanceof CommitOutcome.Fenced fenced) {
      Ending.fenced(turn, fenced.reason());
    }
  }

  private static void committed(Turn turn, Save save) {
    turn.save = Optional.empty();
    if (!turn.plan.checkpoint().async()) {
      turn.cadence = turn.cadence.stalled(turn.now - save.requestedNanos());
    }
    turn.saveFailures = 0;
    forget(turn, save.step());
    turn.commits.put(save.step(), new Commit(save.prefix(), false));
    turn.effect(new RecordAttempt(save.step(), save.prefix(), AttemptState.COMMITTED, ""));
    turn.info("Saved step " + save.step() + ": COMMITTED " + save.prefix());
    if (turn.plan.checkpoint().verifyAfter()) {
      Verifications.request(turn, save.prefix(), save.step());
    } else {
      turn.cadence = turn.cadence.through(turn.now);
      Verifications.retain(turn);
    }
    Steps.advance(turn);
  }

  /**
   * Older commits matter no more to this machine, except those that are yet to be read back, and
   * the newest good one: it is what stands if the new one is found damaged.
   */
  private static void forget(Turn turn, long step) {
    NavigableMap<Long, Commit> older = turn.commits.headMap(step, false);
    Optional<Commit> good =
        older.descendingMap().values().stream().filter(Commit::verified).findFirst();
    older
        .values()
        .removeIf(
            commit ->
                !Verifications.pending(turn, commit.prefix()) && !good.equals(Optional.of(commit)));
  }

  static void tick(Turn turn) {
    turn.save
        .filter(save -> save.state() == AttemptState.WRITTEN && !save.asked())
        .filter(save -> turn.now >= save.retryAtNanos())
        .ifPresent(save -> commit(turn));
  }
}
