package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.LeaderEvent.CommitOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.VerifyOutcome;
import io.holdfast.job.Job;
import io.holdfast.job.file.DataFiles;
import io.holdfast.job.file.JobText;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.plan.KerasObjects;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.SaveSize;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.protocol.WrittenPiece;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.BestMetric;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.CommitRequest;
import io.holdfast.storage.checkpoint.DataPosition;
import io.holdfast.storage.checkpoint.ExpectedTensor;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.Retention;
import io.holdfast.storage.checkpoint.RetentionPolicy;
import io.holdfast.storage.checkpoint.ShardReport;
import io.holdfast.storage.checkpoint.VerificationReport;
import io.holdfast.storage.store.EffectOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes commits of what workers have written, and removes what the job's policy says. For the
 * storage thread.
 */
final class RunCommits {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommits.class);

  private final Job job;
  private final CheckpointKeeper keeper;
  private final RunRecovery recovery;
  private final ModelPlan plan;
  private final SlicePlan slices;
  private final Map<String, List<Slice>> slicesByKey = new HashMap<>();
  private final byte[] objectGraph;

  /** Shard 0 of saves whose commit is not known yet: asked again, it must be the same file. */
  private final Map<Prefix, ShardReport> metadataShards = new HashMap<>();

  /**
   * Found at the first commit: where the data's head does not say it, it takes a pass over them.
   */
  private OptionalLong stepsPerEpoch = OptionalLong.empty();

  RunCommits(Job job, CheckpointKeeper keeper, RunRecovery recovery) {
    this.job = job;
    this.keeper = keeper;
    this.recovery = recovery;
    this.plan = ModelPlan.of(job);
    this.objectGraph = KerasObjects.graph(plan);
    this.slices = SlicePlan.of(plan, job.mesh().shards());
    for (Slice slice : slices.slices()) {
      slicesByKey.computeIfAbsent(slice.variable().key(), key -> new ArrayList<>()).add(slice);
    }
  }

  /** The name that the leader gave to a save. */
  static Prefix prefix(String text) {
    return Prefix.parse(text).orElseThrow(() -> new IllegalStateException("no prefix: " + text));
  }

  CommitOutcome commit(LeaderEffect.Commit commit) {
    Prefix prefix = prefix(commit.prefix());
    CommitRequest request;
    try {
      request = request(prefix, commit);
    } catch (IOException e) {
      return new CommitOutcome.Abandoned(
          prefix.files().shard(0, commit.files().size() + 1) + ": " + e.getMessage());
    }
    io.holdfast.storage.checkpoint.CommitOutcome outcome = keeper.commit(request);
    if (outcome.status() != io.holdfast.storage.checkpoint.CommitOutcome.Status.UNKNOWN) {
      metadataShards.remove(prefix);
    }
    return switch (outcome.status()) {
      case COMMITTED -> committed(request, outcome.reason());
      case UNKNOWN -> new CommitOutcome.Unknown(outcome.reason());
      case FENCED -> new CommitOutcome.Fenced(outcome.reason());
      case REJECTED, FAILED, CONFLICT -> new CommitOutcome.Abandoned(outcome.reason());
    };
  }

  private static CommitOutcome committed(CommitRequest request, String reason) {
    if (!reason.isEmpty()) {
      LOG.warn("{}", reason);
    }
    return new CommitOutcome.Committed(
        request.reports().stream().mapToLong(ShardReport::length).sum());
  }

  private CommitRequest request(Prefix prefix, LeaderEffect.Commit commit) throws IOException {
    List<ShardReport> reports = new ArrayList<>();
    for (LeaderEffect.ShardFile file : commit.files()) {
      reports.add(
          new ShardReport(
              file.shard(), file.lengthBytes(), file.pieces().stream().map(this::piece).toList()));
    }
    ShardReport own = metadataShards.get(prefix);
    if (own == null) {
      own = keeper.writeMetadataShard(metadata(prefix, commit.metadata()), reports, objectGraph);
      metadataShards.put(prefix, own);
    }
    reports.add(0, own);
    List<ExpectedTensor> expected =
        plan.variables().stream()
            .map(v -> new ExpectedTensor(v.key(), v.dtype(), v.shape()))
            .toList();
    return new CommitRequest(prefix, reports, expected);
  }

  private io.holdfast.storage.bundle.WrittenPiece piece(WrittenPiece reported) {
    Slice slice = slicesByKey.get(reported.key()).get(reported.ordinal());
    return new io.holdfast.storage.bundle.WrittenPiece(
        reported.key(),
        slice.variable().dtype(),
        slice.variable().shape(),
        slice.extent(),
        reported.offsetBytes(),
        reported.sizeBytes(),
        reported.maskedCrc32c());
  }

  private long stepsPerEpoch() throws IOException {
    if (stepsPerEpoch.isEmpty()) {
      int samples = DataFiles.samples(job.data().train());
      stepsPerEpoch = OptionalLong.of(BatchSchedule.of(job, samples).stepsPerEpoch());
    }
    return stepsPerEpoch.getAsLong();
  }

  private CheckpointMetadata metadata(
      Prefix prefix, io.holdfast.coordinator.protocol.CheckpointMetadata leader)
      throws IOException {
    long stepsPerEpoch = stepsPerEpoch();
    return new CheckpointMetadata(
        prefix,
        recovery.runId(),
        recovery.runStarted(),
        JobText.write(job),
        new DataPosition(prefix.step() / stepsPerEpoch, prefix.step() % stepsPerEpoch),
        leader.best().map(best -> new BestMetric(best.monitor(), best.value(), best.step())),
        CallbackState.write(leader.epochSums()),
        Optional.of(leader.probeDigest()),
        new TreeMap<>(leader.metrics()));
  }

  /**
   * Writes the parity file of a checkpoint that was just found whole, if the job asks for one; it
   * is in place once the report is accepted. Safe beside the storage thread.
   */
  void writeParity(VerificationReport report) {
    if (!job.checkpoint().hasParity() || !report.isWhole()) {
      return;
    }
    try {
      if (keeper.parities().isMissing(report.prefix())) {
        keeper.parities().write(report.prefix());
      }
    } catch (IOException | DamagedCheckpointException e) {
      LOG.warn("{} has no parity file: {}", report.prefix(), e.toString());
    }
  }

  /** Takes the result of reading back: marks what is whole, quarantines what is not. */
  VerifyOutcome accept(VerificationReport report) {
    if (report.isWhole()) {
      if (job.checkpoint().hasParity()) {
        warnUnlessSettled(
            report.prefix() + " has no parity file", keeper.parities().install(report.prefix()));
      }
      keeper.markVerified(report);
      return new VerifyOutcome.Good();
    }
    if (!report.isDamaged()) {
      return new VerifyOutcome.Unreadable("it is gone");
    }
    EffectOutcome outcome = keeper.quarantine(report);
    return outcome.isSettled()
        ? new VerifyOutcome.Damaged(report.damage().get(0).toString())
        : new VerifyOutcome.Unreadable(outcome.reason());
  }

  /** Removes what a save left that is known never to be committed. */
  void discard(String prefix) {
    metadataShards.remove(prefix(prefix));
    warnUnlessSettled("Files of " + prefix + " stay behind", keeper.discard(prefix(prefix)));
  }

  /** Applies the job's retention, sparing what members may be loading. */
  void retain(Set<String> inUse) {
    retain(inUse, RetentionPolicy.READERS_GRACE);
  }

  /**
   * What retention did.
   *
   * @param plan as it was carried out
   * @param bytes of the files of each checkpoint that the plan is about
   * @param outcome whether all is done
   */
  record Pruned(Retention.Plan plan, Map<Prefix, Long> bytes, EffectOutcome outcome) {}

  /** Applies the job's retention for somebody who wants to know what it did. */
  Pruned prune(Set<String> inUse) throws IOException {
    Map<Prefix, Long> bytes = new TreeMap<>();
    keeper.directory().list().checkpoints().forEach(c -> bytes.put(c.prefix(), c.bytes()));
    Retention.Plan plan = plan(inUse, RetentionPolicy.READERS_GRACE);
    return new Pruned(plan, bytes, keeper.pruner().apply(plan));
  }

  /**
   * At the end of the run nobody waits for the next retention: only the newest's predecessor is
   * still spared for readers.
   */
  void retainFinally() {
    try {
      var checkpoints = keeper.directory().list().checkpoints();
      Set<String> predecessor =
          checkpoints.size() < 2
              ? Set.of()
              : Set.of(checkpoints.get(checkpoints.size() - 2).prefix().toString());
      retain(predecessor, Duration.ZERO);
    } catch (IOException e) {
      LOG.warn("Superseded checkpoints stay: {}", e.toString());
    }
  }

  private void retain(Set<String> spared, Duration grace) {
    try {
      warnUnlessSettled("Superseded checkpoints stay", keeper.pruner().apply(plan(spared, grace)));
    } catch (IOException e) {
      LOG.warn("Superseded checkpoints stay: {}", e.toString());
    }
  }

  private Retention.Plan plan(Set<String> spared, Duration grace) throws IOException {
    Retention.Plan decision = keeper.pruner().plan(policy(grace));
    return decision.sparing(spared.stream().map(RunCommits::prefix).toList());
  }

  private RetentionPolicy policy(Duration grace) {
    return job.checkpoint()
        .retention()
        .policy(
            job.checkpoint().verifyAfter(),
            recovery.runId(),
            recovery.runStarted(),
            grace,
            SaveSize.expectedBytes(slices.groups(), job.checkpoint().hasParity()));
  }

  /** Whether the job asks for parity files. */
  boolean wantsParity() {
    return job.checkpoint().hasParity();
  }

  /** Whether the job bounds what the run's checkpoints occupy. */
  boolean hasBudget() {
    return job.checkpoint().retention().maxDiskBytes().isPresent();
  }

  /** What the run's checkpoints occupy; empty where no budget asks, or it cannot be known now. */
  Optional<LeaderEvent.BytesStored> bytesStored() {
    if (!hasBudget()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new LeaderEvent.BytesStored(keeper.directory().list().bytes()));
    } catch (IOException e) {
      LOG.warn("What checkpoints occupy is not known: {}", e.toString());
      return Optional.empty();
    }
  }

  private static void warnUnlessSettled(String consequence, EffectOutcome outcome) {
    if (!outcome.isSettled()) {
      LOG.warn("{}: {} {}", consequence, outcome.status(), outcome.reason());
    }
  }
}
