package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.CheckpointMetadata.Best;
import io.holdfast.coordinator.protocol.WorkerEntry.Pace;
import io.holdfast.job.RetentionSpec.Mode;
import io.holdfast.job.RetentionSpec.SaveBest;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.plan.ShardRows;
import io.holdfast.job.plan.SumTree;
import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.CoordinatorMessage.RunStep;
import io.holdfast.protocol.ShardSums;
import io.holdfast.protocol.WorkerMessage.Evaluated;
import io.holdfast.protocol.WorkerMessage.StepDone;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Step by step through the barrier, with the metrics that Keras would show. */
final class Steps {
  /** Weight of the newest step in the rate shown to people. */
  private static final double RATE_WEIGHT = 0.1;

  private Steps() {}

  static long lastStep(Turn turn) {
    return schedule(turn).totalSteps();
  }

  private static boolean epochEnds(Turn turn) {
    return turn.barrier.step() % stepsPerEpoch(turn) == 0;
  }

  private static long stepsPerEpoch(Turn turn) {
    return schedule(turn).stepsPerEpoch();
  }

  private static BatchSchedule schedule(Turn turn) {
    return turn.plan.schedule(turn.data.orElseThrow().trainSamples());
  }

  /** Goes on from a complete barrier, as far as saves and a wish to stop allow. */
  static void advance(Turn turn) {
    if (turn.phase == Phase.TRAINING || turn.phase == Phase.SAVING) {
      if (!turn.barrier.running()) {
        leaveBarrier(turn);
      }
    } else if (turn.phase != Phase.EVALUATING) {
      Ending.leaveIfIdle(turn);
    }
  }

  private static void leaveBarrier(Turn turn) {
    if (Ending.due(turn)) {
      Ending.settle(turn);
      return;
    }
    Optional<String> resize = Resizing.wish(turn);
    if (resize.isPresent() && !Resizing.settle(turn, resize.get())) {
      return;
    }
    Optional<SaveKind> due = Operators.due(turn);
    if (due.isPresent() && !Saves.settle(turn, due.get())) {
      turn.enter(Phase.SAVING, "a save is due and waits for the one before");
      return;
    }
    turn.barrier = turn.barrier.withDue(Optional.empty());
    long step = turn.barrier.step();
    boolean saving = turn.save.isPresent() && turn.save.get().step() == step;
    if (saving && !turn.plan.checkpoint().async()) {
      turn.enter(Phase.SAVING, "training waits for the save of step " + step);
      return;
    }
    if (turn.phase != Phase.TRAINING) {
      turn.enter(Phase.TRAINING, "nothing is left to wait for at step " + step);
    }
    turn.barrier = turn.barrier.start(step, turn.now);
    grant(turn);
  }

  /**
   * Lets members compute up to {@link RunStep#AHEAD} steps beyond the one that all are through, so
   * that a report and its answer travel while the next step is computed; but never past a step at
   * which they have to stop: the end of an epoch or of the run, or a save that training waits for.
   * What is wished for in between (a stop, a drain, an operator's save, more members) waits until
   * what is granted is computed.
   */
  private static void grant(Turn turn) {
    long stop = nextStop(turn);
    while (turn.barrier.granted() < Math.min(stop, turn.barrier.step() + RunStep.AHEAD)) {
      turn.barrier = turn.barrier.grantOne();
      turn.sendMembers(new RunStep(turn.round.orElseThrow().generation(), turn.barrier.granted()));
    }
  }

  /** The first step after the one that all are through at which members have to stop. */
  private static long nextStop(Turn turn) {
    long epochEnd = nextMultiple(turn, stepsPerEpoch(turn));
    long stop = Math.min(lastStep(turn), epochEnd);
    OptionalLong every = turn.plan.checkpoint().everySteps();
    return savesInPassing(turn) || every.isEmpty()
        ? stop
        : Math.min(stop, nextMultiple(turn, every.getAsLong()));
  }

  /**
   * Whether periodic saves are made while members compute on: they hold the state that all are
   * through until the step after the next one is granted.
   */
  private static boolean savesInPassing(Turn turn) {
    return turn.plan.checkpoint().async();
  }

  private static long nextMultiple(Turn turn, long period) {
    return (turn.barrier.step() / period + 1) * period;
  }

  /** Whether members should come to a stop as soon as they can. */
  private static boolean wantsStop(Turn turn) {
    return Ending.due(turn)
        || Resizing.wish(turn).isPresent()
        || Operators.due(turn).isPresent()
        || (dueByTime(turn) && !savesInPassing(turn));
  }

  static void stepDone(Turn turn, WorkerEntry worker, StepDone message) {
    boolean awaited =
        Rounds.current(turn, worker, message.generation())
            && message.step() > turn.barrier.step()
            && message.step() <= turn.barrier.granted();
    if (!awaited || !report(turn, worker, message.step(), message.sums())) {
      return;
    }
    turn.put(turn.workers.get(worker.id()).at(pace(turn, message)));
    Optional<Sums> next = total(turn, turn.barrier.step() + 1);
    while (next.isPresent()) {
      reached(turn, next.get());
      next = turn.barrier.running() ? total(turn, turn.barrier.step() + 1) : Optional.empty();
    }
  }

  private static Pace pace(Turn turn, StepDone message) {
    int batch = schedule(turn).at(message.step() - 1).rows();
    long rows =
        message.sums().stream()
            .mapToLong(sums -> ShardRows.of(sums.shard(), turn.plan.shards(), batch).count())
            .sum();
    return new Pace(rows, message.computeNanos(), message.waitNanos(), message.sentBytes());
  }

  static void evaluated(Turn turn, WorkerEntry worker, Evaluated message) {
    boolean awaited =
        Rounds.current(turn, worker, message.generation())
            && turn.phase == Phase.EVALUATING
            && message.step() == turn.barrier.step();
    if (!awaited || !report(turn, worker, message.step(), message.sums())) {
      return;
    }
    total(turn, message.step()).ifPresent(sums -> evaluationDone(turn, sums));
  }

  /** Takes a member's sums if they are of exactly the shards it has; the first ones count. */
  private static boolean report(Turn turn, WorkerEntry worker, long step, List<ShardSums> sums) {
    Member member =
        turn.round.orElseThrow().members().stream()
            .filter(one -> one.workerId().equals(worker.id()))
            .findAny()
            .orElseThrow();
    boolean fits =
        sums.stream().map(ShardSums::shard).toList().equals(member.shards())
            && sums.stream().allMatch(s -> s.metrics().size() == turn.plan.metrics().size());
    if (!fits) {
      Membership.violation(turn, worker, "sums of step " + step + " are not those of its shards");
      return false;
    }
    if (turn.barrier.reportsOf(step).containsKey(worker.id())) {
      return false;
    }
    turn.put(worker.atStep(step));
    turn.barrier = turn.barrier.report(step, worker.id(), sums);
    return true;
  }

  /** The sum over all shards, once all members have reported. */
  private static Optional<Sums> total(Turn turn, long step) {
    Map<String, List<ShardSums>> reports = turn.barrier.reportsOf(step);
    if (reports.size() < turn.round.orElseThrow().members().size()) {
      return Optional.empty();
    }
    TreeMap<Integer, Sums> byShard = new TreeMap<>();
    reports.values().forEach(sums -> sums.forEach(sum -> byShard.put(sum.shard(), Sums.of(sum))));
    List<Sums> shards = List.copyOf(byShard.values());
    return Optional.of(SumTree.sum(shards.size(), shards::get, Sums::plus));
  }

  private static void reached(Turn turn, Sums batch) {
    turn.gathering = turn.gathering.stepped();
    turn.cadence = turn.cadence.stepped(turn.now - turn.barrier.startedNanos());
    Sums epoch = turn.barrier.epochSums().plus(batch);
    turn.barrier =
        turn.barrier.reached(
            epoch, metrics(turn, epoch, ""), batch.meanLoss(), rate(turn), turn.now);
    turn.savesHere = 0;
    turn.saveRetryAt = 0;
    turn.effect(progress(turn));
    turn.effect(
        new LeaderEffect.WriteScalars(
            turn.barrier.step(), Map.of("batch_loss", turn.barrier.stepLoss())));
    if (turn.barrier.running()) {
      passed(turn);
      return;
    }
    boolean last = turn.barrier.step() >= lastStep(turn);
    if ((epochEnds(turn) || last) && turn.data.orElseThrow().validationSamples() > 0) {
      turn.enter(Phase.EVALUATING, "validation at step " + turn.barrier.step());
      turn.sendMembers(
          new CoordinatorMessage.Evaluate(
              turn.round.orElseThrow().generation(), turn.barrier.step()));
      return;
    }
    atBarrier(turn);
  }

  /** All are through a step at which they were not to stop; a save of it goes out before grants. */
  private static void passed(Turn turn) {
    if (savesInPassing(turn) && (dueByCount(turn) || dueByTime(turn))) {
      Saves.settle(turn, SaveKind.PERIODIC);
    }
    if (!wantsStop(turn)) {
      grant(turn);
    }
  }

  private static double rate(Turn turn) {
    double seconds = Math.max(1, turn.now - turn.barrier.startedNanos()) / 1e9;
    long rows = schedule(turn).at(turn.barrier.step()).rows();
    double before = turn.barrier.samplesPerSecond();
    return before == 0 ? rows / seconds : before + RATE_WEIGHT * (rows / seconds - before);
  }

  private static LeaderEffect.Progress progress(Turn turn) {
    Barrier barrier = turn.barrier;
    return new LeaderEffect.Progress(
        barrier.step(),
        lastStep(turn),
        (barrier.step() - 1) / stepsPerEpoch(turn) + 1,
        stepsPerEpoch(turn),
        barrier.stepLoss(),
        barrier.metrics(),
        barrier.samplesPerSecond());
  }

  private static Map<String, Double> metrics(Turn turn, Sums sums, String before) {
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put(before + "loss", sums.meanLoss());
    for (int i = 0; i < turn.plan.metrics().size(); i++) {
      metrics.put(before + turn.plan.metrics().get(i), sums.meanMetric(i));
    }
    return metrics;
  }

  private static void evaluationDone(Turn turn, Sums sums) {
    Map<String, Double> all = new TreeMap<>(turn.barrier.metrics());
    all.putAll(metrics(turn, sums, "val_"));
    turn.barrier = turn.barrier.evaluated(all, turn.barrier.best());
    turn.enter(Phase.TRAINING, "validation at step " + turn.barrier.step() + " is done");
    atBarrier(turn);
  }

  /** All members hold the state and its metrics are known. */
  private static void atBarrier(Turn turn) {
    boolean last = turn.barrier.step() >= lastStep(turn);
    if (epochEnds(turn) || last) {
      turn.barrier = turn.barrier.evaluated(turn.barrier.metrics(), best(turn));
      writeEpoch(turn);
      turn.info(summary(turn));
    }
    if (epochEnds(turn)) {
      turn.barrier = turn.barrier.withEpochSums(Sums.zero(turn.plan.metrics().size()));
    }
    turn.barrier = turn.barrier.withDue(due(turn));
    advance(turn);
  }

  /** As Keras closes an epoch: {@code Epoch 1: accuracy 0.9268, loss 0.2631, val_loss 0.1012}. */
  private static String summary(Turn turn) {
    long epoch = (turn.barrier.step() - 1) / stepsPerEpoch(turn) + 1;
    return turn.barrier.metrics().entrySet().stream()
        .map(metric -> String.format(Locale.ROOT, "%s %.4f", metric.getKey(), metric.getValue()))
        .collect(Collectors.joining(", ", "Epoch " + epoch + ": ", ""));
  }

  private static Optional<Best> best(Turn turn) {
    Optional<SaveBest> rule = turn.plan.checkpoint().retention().best();
    Double value = rule.map(r -> turn.barrier.metrics().get(r.monitor())).orElse(null);
    if (value == null || value.isNaN()) {
      return turn.barrier.best();
    }
    Optional<Best> before =
        turn.barrier.best().filter(best -> best.monitor().equals(rule.get().monitor()));
    boolean less = before.isPresent() && value < before.get().value();
    boolean more = before.isPresent() && value > before.get().value();
    boolean better = rule.get().mode() == Mode.MIN ? less : more;
    return before.isEmpty() || better
        ? Optional.of(new Best(rule.get().monitor(), value, turn.barrier.step()))
        : before;
  }

  private static void writeEpoch(Turn turn) {
    Map<String, Double> values = new TreeMap<>();
    turn.barrier.metrics().forEach((name, value) -> values.put("epoch_" + name, value));
    turn.effect(new LeaderEffect.WriteScalars(turn.barrier.step(), values));
  }

  private static Optional<SaveKind> due(Turn turn) {
    if (epochEnds(turn)) {
      return Optional.of(SaveKind.EPOCH_END);
    }
    return dueByCount(turn) || dueByTime(turn) ? Optional.of(SaveKind.PERIODIC) : Optional.empty();
  }

  private static boolean dueByCount(Turn turn) {
    OptionalLong every = turn.plan.checkpoint().everySteps();
    return every.isPresent() && turn.barrier.step() % every.getAsLong() == 0;
  }

  private static boolean dueByTime(Turn turn) {
    var rules = turn.plan.checkpoint();
    Optional<Duration> every =
        rules
            .auto()
            .map(auto -> turn.cadence.choose(auto.stallBudget()).interval())
            .or(rules::every);
    return every.isPresent() && turn.now - turn.lastSave >= every.get().toNanos();
  }
}
