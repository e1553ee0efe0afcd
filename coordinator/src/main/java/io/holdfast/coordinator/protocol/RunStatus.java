package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.CoordinatorMessage.Member;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What operators are shown; a function of one published {@link LeaderState}.
 *
 * @param step that all members hold
 * @param lastStep the one that ends the run; 0 before the data is known
 * @param epoch under way, counted from 1; 0 before the data is known
 * @param loss of the last batch; NaN before the first
 * @param metrics means of the epoch so far, by name
 * @param savedStep the newest live commit; -1 where there is none
 */
public record RunStatus(
    String run,
    Phase phase,
    String reason,
    long term,
    long round,
    long step,
    long lastStep,
    long epoch,
    double loss,
    Map<String, Double> metrics,
    double samplesPerSecond,
    List<WorkerStatus> workers,
    Optional<SaveStatus> save,
    long savedStep,
    String savedPrefix,
    OptionalInt exitCode) {

  /**
   * One worker.
   *
   * @param state PREPARING, SPARE, RESTORING or ACTIVE
   * @param shards logical shards that it computes
   * @param slices how many it owns
   * @param lag steps behind the one under way
   * @param silentNanos since its last sign of life
   */
  public record WorkerStatus(
      String id,
      String host,
      long pid,
      WorkerEntry.Stage state,
      long step,
      List<Integer> shards,
      int slices,
      long lag,
      long silentNanos) {}

  /** The save in flight. */
  public record SaveStatus(String prefix, long step, SaveKind kind, AttemptState state) {}

  /** What that state looks like to an operator. */
  public static RunStatus of(LeaderState state) {
    Barrier barrier = state.barrier();
    RunPlan plan = state.plan();
    long trainSamples = state.data().map(LeaderState.DataSize::trainSamples).orElse(0L);
    var newest =
        state.commits().entrySet().stream().reduce((older, newer) -> newer).map(Map.Entry::copyOf);
    return new RunStatus(
        plan.run(),
        state.phase(),
        state.reason(),
        state.term(),
        state.round().map(round -> round.generation().round()).orElse(0L),
        barrier.step(),
        trainSamples == 0 ? 0 : plan.lastStep(trainSamples),
        trainSamples == 0 ? 0 : barrier.step() / plan.stepsPerEpoch(trainSamples) + 1,
        barrier.stepLoss(),
        barrier.metrics(),
        barrier.samplesPerSecond(),
        state.workers().values().stream().map(worker -> worker(state, worker)).toList(),
        state.save().map(s -> new SaveStatus(s.prefix(), s.step(), s.kind(), s.state())),
        newest.map(Map.Entry::getKey).orElse(-1L),
        newest.map(entry -> entry.getValue().prefix()).orElse(""),
        state.exitCode());
  }

  private static WorkerStatus worker(LeaderState state, WorkerEntry worker) {
    List<Integer> shards =
        state.round().stream()
            .flatMap(round -> round.members().stream())
            .filter(member -> member.workerId().equals(worker.id()))
            .flatMap((Member member) -> member.shards().stream())
            .toList();
    long slices =
        state.round().stream()
            .flatMap(round -> round.owners().stream())
            .filter(owner -> owner.equals(worker.id()))
            .count();
    Barrier barrier = state.barrier();
    long target = barrier.step() + (barrier.running() ? 1 : 0);
    boolean active = worker.stage() == WorkerEntry.Stage.ACTIVE;
    return new WorkerStatus(
        worker.id(),
        worker.hello().host(),
        worker.hello().pid(),
        worker.stage(),
        worker.step(),
        shards,
        (int) slices,
        active ? Math.max(0, target - worker.step()) : 0,
        state.nowNanos() - worker.heardNanos());
  }
}
