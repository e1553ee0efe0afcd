package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderState.DataSize;
import io.holdfast.coordinator.protocol.WorkerEntry.Stage;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.RunStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The operators' picture of a state. */
final class StatusPicture {
  private static final double NANOS_PER_MILLI = 1e6;

  private StatusPicture() {}

  static RunStatus of(LeaderState state, long nanos) {
    Barrier barrier = state.barrier();
    RunPlan plan = state.plan();
    Optional<BatchSchedule> schedule = state.data().map(DataSize::trainSamples).map(plan::schedule);
    long stepsPerEpoch = schedule.map(BatchSchedule::stepsPerEpoch).orElse(0L);
    long totalSteps = schedule.map(BatchSchedule::totalSteps).orElse(0L);
    return new RunStatus(
        new Generation(state.term(), state.round().map(r -> r.generation().round()).orElse(0L)),
        state.phase().name(),
        state.reason(),
        barrier.step(),
        totalSteps,
        barrier.step() == 0 ? 0 : (barrier.step() - 1) / stepsPerEpoch + 1,
        schedule.isEmpty() ? 0 : (totalSteps - 1) / stepsPerEpoch + 1,
        metrics(barrier),
        barrier.samplesPerSecond(),
        state.workers().values().stream().map(worker -> worker(state, worker, nanos)).toList(),
        state.save().map(save -> save(save, nanos)),
        plan.checkpoint().auto().map(auto -> interval(state.cadence().choose(auto.stallBudget()))),
        state.commits().keySet().stream().reduce((older, newer) -> newer).orElse(-1L),
        plan.members().min(),
        plan.shards(),
        new RunStatus.MemberChange(
            state.news().change(), millisSince(state.news().changedNanos(), nanos)),
        state.news().refusals().stream().map(refusal -> refused(refusal, nanos)).toList(),
        state.exitCode());
  }

  private static Map<String, Double> metrics(Barrier barrier) {
    Map<String, Double> metrics = new TreeMap<>(barrier.metrics());
    if (!Double.isNaN(barrier.stepLoss())) {
      metrics.put("batch_loss", barrier.stepLoss());
    }
    return metrics;
  }

  private static RunStatus.Save save(Save save, long nanos) {
    return new RunStatus.Save(
        save.step(),
        save.prefix(),
        save.state().name(),
        save.kind().name().toLowerCase(Locale.ROOT),
        millisSince(save.requestedNanos(), nanos),
        save.written().size(),
        save.writers().size());
  }

  private static RunStatus.Interval interval(SaveCadence.Choice choice) {
    return new RunStatus.Interval(choice.interval().toMillis(), choice.reason());
  }

  private static RunStatus.Refused refused(MemberNews.Refusal refusal, long nanos) {
    return new RunStatus.Refused(
        refusal.workerId(), refusal.host(), refusal.reason(), millisSince(refusal.nanos(), nanos));
  }

  private static long millisSince(long then, long nanos) {
    return Math.max(0, nanos - then) / 1_000_000;
  }

  private static RunStatus.Worker worker(LeaderState state, WorkerEntry worker, long nanos) {
    List<Integer> shards =
        state.round().stream()
            .flatMap(round -> round.members().stream())
            .filter(member -> member.workerId().equals(worker.id()))
            .flatMap((Member member) -> member.shards().stream())
            .toList();
    List<Integer> owned = state.round().map(round -> round.owned(worker.id())).orElse(List.of());
    return new RunStatus.Worker(
        worker.id(),
        worker.hello().host(),
        worker.hello().pid(),
        leaving(state, worker) ? "DRAINING" : worker.stage().name(),
        worker.step(),
        shards,
        owned.stream().mapToLong(group -> state.plan().groups().get(group).bytes()).sum(),
        millisSince(worker.heardNanos(), nanos),
        worker.pace().samplesPerSecond(),
        worker.pace().waitShare(),
        worker.pace().sentBytes(),
        worker.pace().nanos() / NANOS_PER_MILLI,
        worker.pace().waitNanos() / NANOS_PER_MILLI,
        owned.size(),
        stepsBehind(state, worker),
        note(state, worker));
  }

  private static boolean leaving(LeaderState state, WorkerEntry worker) {
    return state.gathering().leaving().contains(worker.id());
  }

  /** A member that still loads its state is behind nobody: the others wait for it. */
  private static long stepsBehind(LeaderState state, WorkerEntry worker) {
    if (worker.stage() != Stage.ACTIVE) {
      return 0;
    }
    long furthest =
        state.workers().values().stream()
            .filter(other -> other.stage() == Stage.ACTIVE)
            .mapToLong(WorkerEntry::step)
            .max()
            .orElse(0);
    return furthest - worker.step();
  }

  private static String note(LeaderState state, WorkerEntry worker) {
    if (leaving(state, worker)) {
      return worker.isMember()
          ? "leaves at the next barrier whose state is saved"
          : worker.stage() == Stage.LEAVING ? "is told to leave" : "still writes its shard file";
    }
    return switch (worker.stage()) {
      case PREPARING -> "loads the job and its data";
      case SPARE ->
          state.round().filter(r -> r.members().size() >= state.plan().maxMembers()).isPresent()
              ? "all " + state.plan().shards() + " logical shards have a worker"
              : "waits for the next round";
      case RESTORING -> "loads its part of the state";
      case ACTIVE, LEAVING -> "";
    };
  }
}
