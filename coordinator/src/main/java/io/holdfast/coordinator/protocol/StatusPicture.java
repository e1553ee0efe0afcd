package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.LeaderState.DataSize;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.protocol.CoordinatorMessage.Member;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.RunStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The operators' picture of a state. */
final class StatusPicture {
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
        state.save().map(s -> new RunStatus.Save(s.step(), s.prefix(), s.state().name())),
        state.commits().keySet().stream().reduce((older, newer) -> newer).orElse(-1L),
        1,
        plan.shards());
  }

  private static Map<String, Double> metrics(Barrier barrier) {
    Map<String, Double> metrics = new TreeMap<>(barrier.metrics());
    if (!Double.isNaN(barrier.stepLoss())) {
      metrics.put("batch_loss", barrier.stepLoss());
    }
    return metrics;
  }

  private static RunStatus.Worker worker(LeaderState state, WorkerEntry worker, long nanos) {
    List<Integer> shards =
        state.round().stream()
            .flatMap(round -> round.members().stream())
            .filter(member -> member.workerId().equals(worker.id()))
            .flatMap((Member member) -> member.shards().stream())
            .toList();
    return new RunStatus.Worker(
        worker.id(),
        worker.hello().host(),
        worker.hello().pid(),
        worker.stage().name(),
        worker.step(),
        shards,
        ownedBytes(state, worker),
        Math.max(0, nanos - worker.heardNanos()) / 1_000_000,
        0,
        0,
        0);
  }

  private static long ownedBytes(LeaderState state, WorkerEntry worker) {
    List<SliceGroup> groups = state.plan().groups();
    long bytes = 0;
    for (int i = 0; state.round().isPresent() && i < groups.size(); i++) {
      boolean owned = state.round().get().owners().get(i).equals(worker.id());
      bytes += owned ? groups.get(i).bytes() : 0;
    }
    return bytes;
  }
}
