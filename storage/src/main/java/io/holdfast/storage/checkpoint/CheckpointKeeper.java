package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.WrittenPiece;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a term's leader does to a run directory: begins, commits, marks verified, quarantines, and
 * tidies up. Each thing is a series of fenced steps in an order that is safe to be cut off after
 * any of them; the next leader's {@link #settle} and {@link #begin} tidy up.
 *
 * <p>At every instant the file {@code checkpoint} names checkpoints that exist, or is not there: it
 * is rewritten before anything that it names goes away, and after what it is to name has come. For
 * use by one thread.
 */
public final class CheckpointKeeper {
  static final String QUARANTINE = ".holdfast/quarantine";
  static final String VOID = ".holdfast/void";

  private final CheckpointDirectory directory;
  private final Tenure tenure;
  private final Attempts attempts;
  private final StateFile state;
  private final Commits commits;
  private final Pruner pruner;
  private final FencedFiles files;
  private final Staging staging;
  private final Parities parities;
  private final Repair repair;

  private CheckpointKeeper(CheckpointDirectory directory, Tenure tenure, Attempts attempts) {
    this.directory = directory;
    this.tenure = tenure;
    this.attempts = attempts;
    this.state = new StateFile(directory, tenure);
    this.commits = new Commits(directory, tenure);
    this.pruner = new Pruner(directory, tenure, attempts, state);
    this.files = new FencedFiles(tenure);
    this.staging = new Staging(directory.store(), tenure);
    this.parities = new Parities(directory, staging);
    this.repair = new Repair(directory, tenure, state, staging);
  }

  /** The keeper of a tenure; reads from the journal what has been verified. */
  public static CheckpointKeeper open(
      CheckpointDirectory directory, Tenure tenure, InstantSource clock) throws IOException {
    return new CheckpointKeeper(
        directory, tenure, Attempts.open(directory.store(), tenure.term(), clock));
  }

  public CheckpointDirectory directory() {
    return directory;
  }

  /** The term that this keeper acts for. */
  public long term() {
    return tenure.term();
  }

  /** Removes what a policy does not keep. */
  public Pruner pruner() {
    return pruner;
  }

  /** Adds parity files. */
  public Parities parities() {
    return parities;
  }

  /**
   * Mends a checkpoint; may bring back one whose index was lost.
   *
   * @param wantsParity whether one without a parity file is to get one
   * @throws Repair.UnfinishedException if the store or a later term kept it from being finished
   * @throws IOException if it cannot be read or written now
   */
  public RepairReport repair(Prefix prefix, boolean wantsParity) throws IOException {
    commits.forgetSteps();
    return repair.repair(prefix, wantsParity);
  }

  /** Closes the journal. */
  public void close() throws IOException {
    attempts.close();
  }

  /** Writes down that an attempt reached a state. */
  public void note(Prefix prefix, AttemptState reached, String reason) {
    attempts.note(prefix, reached, reason);
  }

  /**
   * First after a claim: moves away what the last claim on record made void, and rebuilds {@code
   * checkpoint}. To be done before {@link CheckpointDirectory#plan}.
   */
  public EffectOutcome settle() {
    EffectOutcome named = state.rewrite();
    return named.isSettled() ? moveVoid() : named;
  }

  /**
   * Acts on what planning has read: damaged checkpoints go into the quarantine, the start is
   * VERIFIED. Not for a hopeless plan, which is left to the operator.
   */
  public EffectOutcome accept(RecoveryPlan plan) {
    commits.forgetSteps();
    if (plan.isHopeless()) {
      throw new IllegalArgumentException("every checkpoint is damaged: nothing is touched");
    }
    EffectOutcome outcome = FencedFiles.each(plan.damaged(), this::quarantine);
    if (outcome.isSettled()) {
      plan.start().ifPresent(attempts::markVerified);
    }
    return outcome;
  }

  /**
   * Says durably from where this term goes on; checkpoints of older terms for later steps are void
   * from then on, and moved away.
   */
  public EffectOutcome begin(ClaimRecord claim) {
    EffectOutcome recorded = tenure.record(claim);
    return recorded.isSettled() ? settle() : recorded;
  }

  /**
   * Writes shard 0, which holds no variable of the model but what is said about them, durably.
   *
   * @param others reports of all other shard files that the checkpoint will have
   * @param objectGraph TensorFlow's object graph, serialized
   */
  public ShardReport writeMetadataShard(
      CheckpointMetadata metadata, List<ShardReport> others, byte[] objectGraph)
      throws IOException {
    String name = metadata.prefix().files().shard(0, others.size() + 1);
    try (ObjectWriter out = directory.store().create(name)) {
      ShardWriter shard = new ShardWriter(out);
      List<WrittenPiece> pieces = new ArrayList<>(metadata.appendTo(shard));
      pieces.add(shard.appendString(CheckpointKeys.OBJECT_GRAPH, objectGraph));
      pieces.add(Seal.append(shard, pieces, others));
      out.sync();
      return new ShardReport(0, out.position(), pieces);
    }
  }

  /** Makes a checkpoint exist, if what was reported is a whole one. */
  public CommitOutcome commit(CommitRequest request) {
    Prefix prefix = request.prefix();
    if (prefix.term() != tenure.term()) {
      throw new IllegalArgumentException(prefix + " is not of term " + tenure.term());
    }
    CommitOutcome outcome = commits.commit(request);
    if (outcome.status() != CommitOutcome.Status.COMMITTED) {
      return outcome;
    }
    note(prefix, AttemptState.COMMITTED, "");
    EffectOutcome named = state.add(prefix, attempts.clock().instant());
    return named.isSettled()
        ? outcome
        : CommitOutcome.of(
            CommitOutcome.Status.COMMITTED,
            CheckpointState.FILE + " still names the one before: " + named.reason());
  }

  /** Reads a committed checkpoint back; if it is whole, it is VERIFIED from now on. */
  public VerificationReport readBack(Prefix prefix) throws IOException {
    VerificationReport report = directory.verify(prefix);
    if (report.isWhole()) {
      markVerified(report);
    }
    return report;
  }

  /**
   * Takes the report of a checkpoint that was read back whole, perhaps on another thread: it is
   * VERIFIED from now on.
   */
  public void markVerified(VerificationReport report) {
    if (!report.isWhole()) {
      throw new IllegalArgumentException(report.prefix() + " is not whole");
    }
    attempts.markVerified(report.prefix());
  }

  /**
   * Writes down that a save is given up, and why, and removes its shard files; see {@link
   * #discard}.
   */
  public EffectOutcome abandon(Prefix prefix, String reason) {
    requireNoCheckpoint(prefix);
    note(prefix, AttemptState.ABANDONED, reason);
    return discard(prefix);
  }

  /**
   * Removes the shard files of a save that is known not to have become a checkpoint.
   *
   * @throws IllegalStateException if it may have become one
   */
  public EffectOutcome discard(Prefix prefix) {
    requireNoCheckpoint(prefix);
    return FencedFiles.attempt(
        () -> {
          DirectoryListing listing = directory.list(prefix);
          if (listing.find(prefix).isPresent()) {
            throw new IllegalStateException(prefix + " exists and is not to be cleaned up");
          }
          return files.deleteAll(listing.orphans().getOrDefault(prefix, List.of()));
        });
  }

  private void requireNoCheckpoint(Prefix prefix) {
    if (prefix.term() != tenure.term() || commits.isUncertain(prefix)) {
      throw new IllegalStateException(prefix + " may exist and is not to be cleaned up");
    }
  }

  /** Moves a damaged checkpoint into the quarantine with the reason beside it; deletes nothing. */
  public EffectOutcome quarantine(VerificationReport report) {
    Prefix prefix = report.prefix();
    if (!report.isDamaged()) {
      throw new IllegalArgumentException(prefix + " is not damaged");
    }
    String reason =
        report.damage().stream().map(Object::toString).collect(Collectors.joining("\n", "", "\n"));
    return FencedFiles.attempt(
        () -> {
          StoredCheckpoint stored =
              directory
                  .list(prefix)
                  .find(prefix)
                  .orElseThrow(() -> new NoSuchFileException(prefix.files().index()));
          return quarantine(stored, reason);
        });
  }

  private EffectOutcome quarantine(StoredCheckpoint stored, String reason) {
    Prefix prefix = stored.prefix();
    EffectOutcome outcome =
        tenure.replace(
            QUARANTINE + "/" + prefix + ".reason.txt", reason.getBytes(StandardCharsets.UTF_8));
    if (!outcome.isSettled()) {
      return outcome;
    }
    outcome = state.rewriteWithout(Set.of(prefix));
    if (!outcome.isSettled()) {
      return outcome;
    }
    note(prefix, AttemptState.QUARANTINED, reason.lines().findFirst().orElse(""));
    return moveAway(stored, QUARANTINE);
  }

  /** Moves files that only bear a checkpoint's name into the quarantine. */
  public EffectOutcome quarantineForeign(VerificationReport report) {
    return FencedFiles.each(
        report.foreign(),
        foreign -> tenure.move(foreign.file(), QUARANTINE + "/" + foreign.file()));
  }

  /** Finishes deletions that were cut off, and removes shard files that terms before left. */
  public EffectOutcome collectGarbage() {
    return FencedFiles.attempt(
        () -> {
          EffectOutcome finished = pruner.finishDeletions(Set.of());
          if (finished.isSettled()) {
            finished = staging.collectGarbage();
          }
          return finished.isSettled()
              ? FencedFiles.each(garbage().entrySet(), this::collect)
              : finished;
        });
  }

  /** Not what has a parity file: its index is lost, and can be restored. */
  private Map<Prefix, List<ObjectInfo>> garbage() throws IOException {
    DirectoryListing listing = directory.list();
    Map<Prefix, List<ObjectInfo>> garbage = new TreeMap<>(listing.orphans());
    garbage.keySet().removeIf(listing::hasParityOnly);
    return garbage;
  }

  private EffectOutcome collect(Map.Entry<Prefix, List<ObjectInfo>> orphan) {
    return orphan.getKey().term() < tenure.term()
        ? files.deleteAll(orphan.getValue())
        : EffectOutcome.of(EffectOutcome.Status.DONE);
  }

  private EffectOutcome moveVoid() {
    EffectOutcome lost = moveVoidWithoutIndex();
    if (!lost.isSettled()) {
      return lost;
    }
    return FencedFiles.attempt(
        () ->
            FencedFiles.each(
                directory.list().voided(),
                stored -> {
                  note(
                      stored.prefix(),
                      AttemptState.ABANDONED,
                      "void: a later term started before it");
                  return moveAway(stored, VOID);
                }));
  }

  /** What has lost its index must not come back by a repair once it is void. */
  private EffectOutcome moveVoidWithoutIndex() {
    return FencedFiles.attempt(
        () -> {
          Optional<ClaimRecord> claim = directory.store().lastClaim();
          DirectoryListing listing = directory.list();
          List<Prefix> voided =
              listing.withParityOnly().stream()
                  .filter(p -> claim.isPresent() && claim.get().voids(p.term(), p.step()))
                  .toList();
          return FencedFiles.each(
              voided, prefix -> files.moveAll(listing.orphans().get(prefix), VOID));
        });
  }

  /** The index last: as long as it is there the move is known to be unfinished. */
  private EffectOutcome moveAway(StoredCheckpoint stored, String target) {
    List<ObjectInfo> inOrder = new ArrayList<>(stored.besidesIndex());
    inOrder.add(stored.index());
    return files.moveAll(inOrder, target);
  }
}
