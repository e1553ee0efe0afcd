package io.holdfast.worker.protocol;

import io.holdfast.protocol.CoordinatorMessage;
import io.holdfast.protocol.CoordinatorMessage.Restore;
import io.holdfast.protocol.CoordinatorMessage.Welcome;
import io.holdfast.protocol.Generation;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All that a worker knows; immutable.
 *
 * @param reason why the phase is what it is, for people
 * @param link the connection
 * @param highestTerm coordinators of older terms are left
 * @param welcome of the coordinator that this worker belongs to
 * @param prepared the job that is ready, as far as one is
 * @param preparing the job that is being prepared
 * @param prepareRetryAtNanos when a preparation that storage failed is tried again; 0 for none
 * @param prepareFailures in a row
 * @param newest generation of the newest round it was ever told of; older ones are not obeyed
 * @param round what this worker is to do in the round it belongs to
 * @param step the state it holds; -1 for none of that round
 * @param asked the step up to which its compute thread was told to compute; -1 for none
 * @param granted the step up to which it may compute, more than {@code asked} only while a save
 *     waits; -1 for none
 * @param writing the checkpoint whose shard files are being written
 * @param waiting a save that waits for the writer's buffers
 * @param held an evaluation that was asked for while a save waits; done after it
 * @param exitCode present once ended
 */
public record WorkerState(
    WorkerSettings settings,
    WorkerPhase phase,
    String reason,
    long nowNanos,
    Link link,
    long highestTerm,
    Optional<Welcome> welcome,
    Optional<PreparedJob> prepared,
    Optional<String> preparing,
    long prepareRetryAtNanos,
    int prepareFailures,
    Generation newest,
    Optional<Restore> round,
    long step,
    long asked,
    long granted,
    Optional<String> writing,
    Optional<CoordinatorMessage.Save> waiting,
    Optional<CoordinatorMessage.Evaluate> held,
    OptionalInt exitCode) {

  /**
   * The connection, or the search for one.
   *
   * @param number of the newest attempt
   * @param open whether it is connected
   * @param opening whether it is being opened
   * @param failures attempts in a row that led to no welcome
   * @param retryAtNanos when to try again if neither open nor opening
   * @param lostNanos since when there was no coordinator
   * @param heardNanos when the coordinator last said anything
   * @param saidNanos when this worker last gave a sign of life
   */
  public record Link(
      long number,
      boolean open,
      boolean opening,
      int failures,
      long retryAtNanos,
      long lostNanos,
      long heardNanos,
      long saidNanos) {}

  /** What the worker found when it prepared a job. */
  public record PreparedJob(
      String job, String probeDigest, long trainSamples, long validationSamples, int groups) {}

  public WorkerState {
    Objects.requireNonNull(settings);
    Objects.requireNonNull(phase);
    Objects.requireNonNull(reason);
  }

  /** The generation of the round it belongs to. */
  public Generation generation() {
    return round.map(Restore::generation).orElse(Generation.NONE);
  }

  /** A process that has done nothing yet. */
  public static WorkerState initial(WorkerSettings settings) {
    return new WorkerState(
        settings,
        WorkerPhase.STARTING,
        "the process starts",
        0,
        new Link(0, false, false, 0, 0, 0, 0, 0),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        Generation.NONE,
        Optional.empty(),
        -1,
        -1,
        -1,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }
}
