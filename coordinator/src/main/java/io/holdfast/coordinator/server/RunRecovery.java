package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.Checkpoint;
import io.holdfast.coordinator.protocol.LeaderEvent;
import io.holdfast.coordinator.protocol.LeaderEvent.FindDone;
import io.holdfast.coordinator.protocol.LeaderEvent.FindOutcome;
import io.holdfast.coordinator.protocol.LeaderEvent.Quarantined;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.CheckpointKeeper;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.checkpoint.RecoveryPlan;
import io.holdfast.storage.checkpoint.Repair;
import io.holdfast.storage.checkpoint.RepairReport;
import io.holdfast.storage.checkpoint.VerificationReport;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds from where the run goes on. The first search of a term also tidies up after the terms
 * before it and writes down the claim, before anybody trains. For the storage thread.
 */
final class RunRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(RunRecovery.class);

  private final CheckpointDirectory directory;
  private final CheckpointKeeper keeper;
  private final Tenure tenure;
  private final SliceChecksums checksums;
  private boolean begun;
  private String runId = UUID.randomUUID().toString();
  private Instant runStarted = Instant.now();

  RunRecovery(
      CheckpointDirectory directory,
      CheckpointKeeper keeper,
      Tenure tenure,
      SliceChecksums checksums) {
    this.checksums = checksums;
    this.directory = directory;
    this.keeper = keeper;
    this.tenure = tenure;
  }

  /** Whether it is known from where the run goes on, and the claim is written down. */
  boolean hasBegun() {
    return begun;
  }

  /** Tells this run from every other; of the checkpoint that it goes on from, if there is one. */
  String runId() {
    return runId;
  }

  Instant runStarted() {
    return runStarted;
  }

  /** The newest good checkpoint, with what is damaged on the way put aside. */
  LeaderEvent find(long request) {
    List<Quarantined> quarantined = new ArrayList<>();
    try {
      return search(request, quarantined);
    } catch (IOException e) {
      return new FindDone(request, new FindOutcome.Unreadable(e.toString()), quarantined);
    }
  }

  private LeaderEvent search(long request, List<Quarantined> quarantined) throws IOException {
    if (!begun && fenced(keeper.settle())) {
      return new LeaderEvent.Fenced("a newer term was claimed");
    }
    RecoveryPlan plan;
    try {
      plan = planRepaired();
    } catch (Repair.UnfinishedException e) {
      if (e.isFenced()) {
        return new LeaderEvent.Fenced("a newer term was claimed");
      }
      throw e;
    }
    if (plan.isHopeless()) {
      // Nothing is moved: an empty directory would look like a run that never saved.
      return new FindDone(
          request, new FindOutcome.AllDamaged(describe(plan.damaged())), quarantined);
    }
    if (fenced(keeper.accept(plan))) {
      return new LeaderEvent.Fenced("a newer term was claimed");
    }
    for (VerificationReport report : plan.damaged()) {
      String first = report.damage().get(0).toString();
      quarantined.add(new Quarantined(report.prefix().toString(), first));
    }
    if (!begun && fenced(begin(plan))) {
      return new LeaderEvent.Fenced("a newer term was claimed");
    }
    begun = true;
    return new FindDone(request, new FindOutcome.Found(checkpoint(plan)), quarantined);
  }

  /**
   * Where parity files can mend what is damaged or lost, that comes before any older checkpoint.
   */
  private RecoveryPlan planRepaired() throws IOException {
    for (Prefix lost : directory.lostIndexes()) {
      repair(lost);
    }
    RecoveryPlan plan = directory.plan();
    boolean repaired = false;
    for (VerificationReport report : plan.damaged()) {
      repaired |= repair(report.prefix());
    }
    return repaired ? directory.plan() : plan;
  }

  private boolean repair(Prefix prefix) throws IOException {
    RepairReport report = keeper.repair(prefix, false);
    if (report.isWhole()) {
      LOG.warn("{} is repaired: {} rebuilt from its parity file", prefix, report.rebuilt());
    }
    return report.isWhole();
  }

  private EffectOutcome begin(RecoveryPlan plan) throws IOException {
    plan.startMetadata()
        .ifPresent(
            metadata -> {
              runId = metadata.runId();
              runStarted = metadata.runStarted();
            });
    ClaimRecord claim =
        new ClaimRecord(
            tenure.term(),
            LocalHost.NAME,
            LocalHost.PID,
            Instant.now(),
            plan.start().map(Object::toString),
            plan.start().map(prefix -> prefix.step()).orElse(0L));
    EffectOutcome outcome = keeper.begin(claim);
    return outcome.isFenced() ? outcome : keeper.collectGarbage();
  }

  /** Whether the effect was refused by a newer term; a failure is for the leader to try again. */
  private static boolean fenced(EffectOutcome outcome) throws IOException {
    if (!outcome.isFenced() && !outcome.isSettled()) {
      throw new IOException(outcome.reason());
    }
    return outcome.isFenced();
  }

  private static String describe(List<VerificationReport> damaged) {
    VerificationReport newest = damaged.get(0);
    return "all %d checkpoints are damaged; the newest, %s: %s"
        .formatted(damaged.size(), newest.prefix(), newest.damage().get(0));
  }

  private Optional<Checkpoint> checkpoint(RecoveryPlan plan) throws IOException {
    if (plan.startMetadata().isEmpty()) {
      return Optional.empty();
    }
    CheckpointMetadata stored = plan.startMetadata().get();
    return Optional.of(checkpoint(stored, checksums.of(stored.prefix())));
  }

  private static Checkpoint checkpoint(
      CheckpointMetadata stored, Optional<List<List<Integer>>> checksums) {
    return new Checkpoint(
        stored.prefix().toString(),
        stored.prefix().step(),
        new io.holdfast.coordinator.protocol.CheckpointMetadata(
            stored.probeDigest().orElse(""),
            CallbackState.read(stored.callbacks()),
            best(stored),
            stored.metrics()),
        checksums);
  }

  private static Optional<io.holdfast.coordinator.protocol.CheckpointMetadata.Best> best(
      CheckpointMetadata stored) {
    return stored
        .bestMetric()
        .map(
            best ->
                new io.holdfast.coordinator.protocol.CheckpointMetadata.Best(
                    best.monitor(), best.value(), best.step()));
  }
}
