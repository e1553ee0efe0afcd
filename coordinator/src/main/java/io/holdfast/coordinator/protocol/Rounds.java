package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderEffect.Level;
import io.holdfast.coordinator.protocol.LeaderEvent.FindDone;
import io.holdfast.coordinator.protocol.LeaderEvent.FindOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.Quarantined;
import io.holdfast.coordinator.protocol.WorkerEntry.Stage;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage.Failed;
import io.holdfast.protocol.WorkerMessage.PeerLost;
import io.holdfast.protocol.WorkerMessage.Restored;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** From the newest good checkpoint to members that all hold it. */
final class Rounds {
  private Rounds() {}

  static void elected(Turn turn, long term) {
    if (turn.phase != Phase.STANDBY || term < 1) {
      throw new IllegalStateException("elected for term " + term + " in phase " + turn.phase);
    }
    turn.term = term;
    find(turn, "term " + term + " is claimed");
  }

  private static void find(Turn turn, String why) {
    turn.enter(Phase.RECOVERING, why);
    turn.recovery = turn.recovery.ask();
    turn.effect(new LeaderEffect.FindNewestGood(turn.recovery.request(), turn.recovery.disputed()));
  }

  private static void findLater(Turn turn, String why) {
    int failures = turn.recovery.failures() + 1;
    turn.recovery = turn.recovery.again(failures, turn.now + Limits.retryPauseNanos(failures));
    turn.enter(Phase.RECOVERING, why);
  }

  /** Before a stop with nothing at work: what was found earlier may be another leader's past. */
  static void askAgain(Turn turn, String why) {
    if (turn.phase == Phase.RESTORING) {
      disband(turn, why);
    }
    if (turn.phase != Phase.RECOVERING) {
      find(turn, why);
    }
  }

  static void tick(Turn turn) {
    Recovery recovery = turn.recovery;
    boolean idle = turn.phase == Phase.RECOVERING && !recovery.asked() && !recovery.found();
    if (idle && turn.now >= recovery.retryAtNanos()) {
      find(turn, turn.reason);
    }
    if (turn.phase == Phase.WAITING_FOR_WORKERS) {
      begin(turn);
    }
  }

  static void found(Turn turn, FindDone done) {
    if (!turn.recovery.asked() || done.request() != turn.recovery.request()) {
      return;
    }
    done.quarantined().forEach(one -> quarantined(turn, one));
    if (done.outcome() instanceof FindOutcome.Found found) {
      found(turn, found.checkpoint());
    } else if (done.outcome() instanceof FindOutcome.AllDamaged damaged) {
      turn.announce(Level.ERROR, "Every checkpoint is damaged: " + damaged.reason());
      Ending.finish(turn, ExitCode.DAMAGED, damaged.reason());
    } else if (done.outcome() instanceof FindOutcome.Unreadable unreadable) {
      turn.warn("Storage does not answer: " + unreadable.reason());
      findLater(turn, "storage does not answer: " + unreadable.reason());
    }
  }

  private static void quarantined(Turn turn, Quarantined one) {
    turn.announce(
        Level.ERROR, "Checkpoint " + one.prefix() + " is damaged and put aside: " + one.reason());
    turn.commits.values().removeIf(commit -> commit.prefix().equals(one.prefix()));
    turn.verifications.removeIf(waiting -> waiting.prefix().equals(one.prefix()));
    turn.linkable = Optional.empty();
    Saves.quarantined(turn, one.prefix());
  }

  private static void found(Turn turn, Optional<Checkpoint> checkpoint) {
    boolean disputed = turn.recovery.disputed().isPresent();
    boolean same = checkpoint.map(Checkpoint::prefix).equals(turn.recovery.disputed());
    if (disputed && same && turn.recovery.disputes() >= Limits.MAX_DISPUTED_CHECKPOINTS) {
      Ending.finish(
          turn,
          ExitCode.DAMAGED,
          "workers find " + checkpoint.get().prefix() + " damaged, storage does not");
      return;
    }
    turn.recovery = turn.recovery.answeredBy(checkpoint);
    if (disputed && !same) {
      turn.recovery = turn.recovery.undisputed();
    }
    remember(turn, checkpoint);
    turn.linkable = checkpoint.map(Checkpoint::prefix);
    turn.probeDigest =
        checkpoint.map(c -> c.metadata().probeDigest()).filter(digest -> !digest.isEmpty());
    turn.probeDigest.ifPresent(digest -> Membership.holdToProbe(turn, digest));
    begin(turn);
  }

  /** Live commits are those up to the one found: storage answers in the order it was asked. */
  private static void remember(Turn turn, Optional<Checkpoint> checkpoint) {
    long step = checkpoint.map(Checkpoint::step).orElse(0L);
    turn.commits.tailMap(step, false).clear();
    checkpoint.ifPresent(
        found -> {
          Commit known = turn.commits.get(step);
          if (known == null || !known.prefix().equals(found.prefix())) {
            turn.commits.put(step, new Commit(found.prefix(), true));
          }
        });
  }

  /** Begins a round if the source is known, none is under way and somebody is ready. */
  static void begin(Turn turn) {
    boolean may = turn.phase == Phase.RECOVERING || turn.phase == Phase.WAITING_FOR_WORKERS;
    if (!may || !turn.recovery.found()) {
      return;
    }
    if (turn.stop.isPresent()) {
      Ending.leaveIfIdle(turn);
      return;
    }
    List<WorkerEntry> ready = ready(turn);
    if (!ready.isEmpty()) {
      turn.gathering = turn.gathering.since(turn.now);
    }
    Optional<String> wait = turn.gathering.shortage(turn.plan, ready.size(), turn.now);
    if (wait.isPresent()) {
      turn.enter(Phase.WAITING_FOR_WORKERS, wait.get());
      return;
    }
    if (turn.probeDigest.isEmpty()) {
      Membership.holdToProbe(turn, ready.get(0).prepared().orElseThrow().probeDigest());
      ready = ready(turn);
      if (turn.gathering.shortage(turn.plan, ready.size(), turn.now).isPresent()) {
        begin(turn);
        return;
      }
    }
    Optional<Checkpoint> source = turn.recovery.source();
    if (source.map(Checkpoint::step).orElse(0L) >= Steps.lastStep(turn)) {
      turn.info("Restored from " + source.map(Checkpoint::prefix).orElse("initial values"));
      Ending.finish(turn, ExitCode.DONE, "the last step is already saved");
      return;
    }
    restore(turn, ready, source);
  }

  /**
   * Workers that may be members, as many as there may be: first those that were, for they have what
   * need not be moved, then in the order in which they came.
   */
  private static List<WorkerEntry> ready(Turn turn) {
    return turn.workers.values().stream()
        .filter(worker -> worker.stage() == Stage.SPARE)
        .filter(worker -> !turn.gathering.leaving().contains(worker.id()))
        .sorted(
            Comparator.comparing((WorkerEntry worker) -> !wasMember(turn, worker))
                .thenComparingLong(WorkerEntry::connection))
        .limit(turn.plan.maxMembers())
        .toList();
  }

  private static boolean wasMember(Turn turn, WorkerEntry worker) {
    return turn.gathering.before().filter(round -> round.has(worker.id())).isPresent();
  }

  private static void restore(Turn turn, List<WorkerEntry> ready, Optional<Checkpoint> source) {
    turn.lastRound++;
    Generation generation = new Generation(turn.term, turn.lastRound);
    Round round = Tiling.round(turn.plan, generation, ready, source, turn.gathering.before());
    tellSize(turn, round);
    turn.round = Optional.of(round);
    if (turn.gathering.before().isEmpty()) {
      turn.news = turn.news.changed("this coordinator's first round", turn.now);
    }
    turn.gathering = turn.gathering.begun(round);
    ready.forEach(worker -> turn.put(worker.at(Stage.RESTORING)));
    turn.enter(
        Phase.RESTORING,
        "round "
            + round.generation()
            + " from "
            + source.map(Checkpoint::prefix).orElse("scratch"));
    turn.sendMembers(
        new CoordinatorMessage.Restore(
            round.generation(),
            round.members(),
            round.owners(),
            source.map(Checkpoint::prefix).orElse(""),
            round.startStep()));
  }

  private static void tellSize(Turn turn, Round round) {
    int members = round.members().size();
    int goal = Math.min(turn.gathering.wanted(), turn.plan.maxMembers());
    String who = members == 1 ? "1 worker" : members + " workers";
    if (members < goal) {
      turn.warn(
          "Goes on with %s of %d: no other came within %d s"
              .formatted(who, goal, turn.plan.members().replaceWait().toSeconds()));
    } else {
      turn.info("Round " + round.generation() + " has " + who);
    }
  }

  /** Whether a message is of the round under way and of one of its members. */
  static boolean current(Turn turn, WorkerEntry worker, Generation generation) {
    return turn.round.isPresent()
        && turn.round.get().generation().equals(generation)
        && turn.round.get().has(worker.id());
  }

  static void restored(Turn turn, WorkerEntry worker, Restored message) {
    if (!current(turn, worker, message.generation()) || turn.phase != Phase.RESTORING) {
      return;
    }
    Round round = turn.round.get();
    if (message.step() != round.startStep()) {
      Membership.violation(
          turn, worker, "restored step " + message.step() + " for " + round.startStep());
      return;
    }
    Optional<String> doubt = Proofs.doubt(turn.plan, round, worker.id(), message);
    if (doubt.isPresent()) {
      distrust(turn, worker, doubt.get());
      return;
    }
    turn.put(worker.at(Stage.ACTIVE).atStep(message.step()));
    turn.round = Optional.of(round.withRestored(worker.id(), message));
    if (turn.round.get().allRestored()) {
      start(turn, round);
    }
  }

  private static void start(Turn turn, Round round) {
    turn.info(
        round
            .source()
            .map(source -> "Restored from " + source.prefix() + " (step " + source.step() + ")")
            .orElse("Starting from scratch"));
    turn.recovery = turn.recovery.undisputed();
    turn.barrier =
        Barrier.restored(
            round.source(), turn.plan.metrics().size(), turn.barrier.samplesPerSecond());
    Operators.restarted(turn, round.startStep());
    turn.lastSave = turn.now;
    turn.savesHere = 0;
    turn.enter(Phase.TRAINING, "all members hold step " + round.startStep());
    Steps.advance(turn);
  }

  /** What a worker holds is not what it should hold: nobody trains on that. */
  private static void distrust(Turn turn, WorkerEntry worker, String what) {
    String told = "worker " + worker.id() + " restored other bytes: " + what;
    turn.announce(Level.ERROR, told);
    turn.bugs++;
    if (turn.bugs >= Limits.MAX_BUGS) {
      Ending.finish(turn, ExitCode.BUG, told);
      return;
    }
    Membership.violation(turn, worker, what);
  }

  /** A round ends before its time; the state of the next comes from storage. */
  static void lose(Turn turn, String why) {
    turn.cadence = turn.cadence.failed();
    disband(turn, why);
    find(turn, why);
    Ending.leaveIfIdle(turn);
  }

  private static void loseForNow(Turn turn, String why) {
    turn.cadence = turn.cadence.failed();
    disband(turn, why);
    findLater(turn, why);
    Ending.leaveIfIdle(turn);
  }

  /** The members change at a barrier whose state is committed. */
  static void regroup(Turn turn, String why) {
    turn.info("Step " + turn.barrier.step() + ": " + why);
    disband(turn, why);
    turn.gathering = turn.gathering.wanting(Resizing.possibleMembers(turn));
    find(turn, why);
  }

  /**
   * Two members lost each other. Most often one of them is dead, and its stream to this leader ends
   * in a moment; if both live and lose each other again and again, the later one must go.
   */
  static void peerLost(Turn turn, WorkerEntry worker, PeerLost message) {
    WorkerEntry other = turn.workers.get(message.workerId());
    if (!current(turn, worker, message.generation())) {
      return;
    }
    String told = "worker " + worker.id() + " lost " + message.workerId() + ": " + message.reason();
    turn.warn(told);
    turn.gathering = turn.gathering.peerLost();
    int losses = turn.gathering.peerLosses();
    loseForNow(turn, told);
    if (losses >= Limits.MAX_PEER_LOSSES && other != null && turn.phase != Phase.ENDED) {
      WorkerEntry later = worker.connection() > other.connection() ? worker : other;
      Membership.violation(turn, later, "it cannot exchange slices with others: " + told);
    }
  }

  /** The round is over; the next should have as many members. */
  private static void disband(Turn turn, String why) {
    turn.round.ifPresent(
        round -> {
          turn.news = turn.news.changed(why, turn.now);
          turn.gathering = turn.gathering.wanting(remaining(turn, round));
          CoordinatorMessage over = new CoordinatorMessage.RoundOver(round.generation(), why);
          round.members().stream()
              .map(member -> turn.workers.get(member.workerId()))
              .filter(Objects::nonNull)
              .forEach(member -> turn.send(member, over));
        });
    turn.round = Optional.empty();
    turn.workers.replaceAll((id, worker) -> worker.isMember() ? worker.at(Stage.SPARE) : worker);
  }

  private static int remaining(Turn turn, Round round) {
    long leaving = turn.gathering.leaving().stream().filter(round::has).count();
    return (int) Math.max(1, round.members().size() - leaving);
  }

  static void failed(Turn turn, WorkerEntry worker, Failed message) {
    boolean current = current(turn, worker, message.generation());
    if (!current && worker.stage() != Stage.PREPARING) {
      return;
    }
    String told = "worker " + worker.id() + ": " + message.reason();
    switch (message.cause()) {
      case BAD_INPUT -> Ending.finish(turn, ExitCode.BAD_INPUT, message.reason());
      case DAMAGED_CHECKPOINT -> disputed(turn, worker, told);
      case UNREADABLE -> {
        turn.warn("Storage does not answer: " + told);
        if (current) {
          loseForNow(turn, told);
        }
      }
      case BUG -> bug(turn, told, current);
    }
  }

  private static void disputed(Turn turn, WorkerEntry worker, String told) {
    Optional<Checkpoint> source = turn.round.flatMap(Round::source);
    if (turn.phase != Phase.RESTORING || source.isEmpty()) {
      Membership.violation(turn, worker, "found damage while it was not restoring");
      return;
    }
    turn.announce(Level.ERROR, "Damage in " + source.get().prefix() + " found by " + told);
    turn.recovery = turn.recovery.disputing(source.get().prefix());
    lose(turn, told);
  }

  private static void bug(Turn turn, String told, boolean current) {
    turn.bugs++;
    turn.announce(Level.ERROR, "A bug: " + told);
    if (turn.bugs >= Limits.MAX_BUGS) {
      Ending.finish(turn, ExitCode.BUG, told);
    } else if (current) {
      loseForNow(turn, told);
    }
  }
}
