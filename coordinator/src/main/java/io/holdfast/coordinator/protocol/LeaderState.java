package io.holdfast.coordinator.protocol;

import io.holdfast.coordinator.protocol.OperatorRequest.Waiting;
import io.holdfast.protocol.RunStatus;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that a leader knows; immutable, so that a published one may be read by anyone.
 *
 * @param reason why the phase is what it is, for people
 * @param nowNanos the time of the last event, monotonic
 * @param workers connected ones by id
 * @param data sizes of the data, once the first worker has read it
 * @param probeDigest which kernels the run is held to, once known
 * @param lastRound the highest number used by a round or by the name of a save
 * @param gathering who was at work before, and how many are waited for now
 * @param savesHere saves begun at this barrier
 * @param saveFailures saves in a row that came to nothing
 * @param saveRetryAtNanos not before then does a save that ends the run begin again
 * @param lastSaveNanos when the last periodic save came due
 * @param skips periodic saves that were done without
 * @param cadence what saves cost and how often the run fails
 * @param commits live ones by step: the newest, and those that wait to be read back
 * @param verifications the first one is under way
 * @param linkable the checkpoint that was read in full last, for a round to start from or after its
 *     commit, unless damage was found since: saves may share its frozen slices
 * @param storedBytes of the run's checkpoints, as far as storage has said; 0 where no budget asks
 * @param bugs failures of workers by their own fault
 * @param requests of operators that wait for their answer, by number
 * @param exitCode present once ended
 */
public record LeaderState(
    RunPlan plan,
    long term,
    Phase phase,
    String reason,
    long nowNanos,
    Map<String, WorkerEntry> workers,
    Optional<DataSize> data,
    Optional<String> probeDigest,
    Recovery recovery,
    long lastRound,
    Optional<Round> round,
    Gathering gathering,
    Barrier barrier,
    Optional<Save> save,
    int savesHere,
    int saveFailures,
    long saveRetryAtNanos,
    long lastSaveNanos,
    Skips skips,
    SaveCadence cadence,
    Map<Long, Commit> commits,
    List<Verification> verifications,
    Optional<String> linkable,
    long storedBytes,
    Optional<Stop> stop,
    int bugs,
    Map<Long, Waiting> requests,
    MemberNews news,
    OptionalInt exitCode) {

  /** Rows of the training and validation data. */
  public record DataSize(long trainSamples, long validationSamples) {}

  /** A wish to end the run before its last step. */
  public record Stop(String reason, int exitCode) {}

  public LeaderState {
    Objects.requireNonNull(plan);
    Objects.requireNonNull(phase);
    Objects.requireNonNull(reason);
    workers = Collections.unmodifiableMap(new TreeMap<>(workers));
    commits = Collections.unmodifiableMap(new TreeMap<>(commits));
    verifications = List.copyOf(verifications);
    requests = Collections.unmodifiableMap(new TreeMap<>(requests));
    Objects.requireNonNull(news);
    Objects.requireNonNull(cadence);
  }

  /**
   * What operators are shown.
   *
   * @param nanos now, by the clock of the events
   */
  public RunStatus status(long nanos) {
    return StatusPicture.of(this, nanos);
  }

  /** Prefixes of checkpoints that members may be loading. */
  public Set<String> inUse() {
    return round.map(Round::inUse).orElse(Set.of());
  }

  /** Before any term is claimed. */
  public static LeaderState initial(RunPlan plan) {
    return new LeaderState(
        plan,
        0,
        Phase.STANDBY,
        "no term is claimed",
        0,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Recovery.NONE,
        0,
        Optional.empty(),
        Gathering.first(plan.members()),
        Barrier.restored(Optional.empty(), plan.metrics().size(), 0),
        Optional.empty(),
        0,
        0,
        0,
        0,
        Skips.NONE,
        SaveCadence.UNMEASURED,
        Map.of(),
        List.of(),
        Optional.empty(),
        0,
        Optional.empty(),
        0,
        Map.of(),
        MemberNews.NONE,
        OptionalInt.empty());
  }
}
