package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.WrittenPiece;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.storage.store.PublishOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a term's leader does to a run directory: begins, commits, marks verified, quarantines, and
 * removes what is superseded. Each thing is a series of fenced steps in an order that is safe to be
 * cut off after any of them; the next leader's {@link #settle} and {@link #begin} tidy up.
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
  private final AttemptJournal journal;
  private final InstantSource clock;
  private final Set<Prefix> verified = new HashSet<>();
  private final MetricsCache metrics;

  /** Commits that ended UNKNOWN and have not been settled since. */
  private final Set<Prefix> uncertain = new HashSet<>();

  private CheckpointKeeper(
      CheckpointDirectory directory, Tenure tenure, AttemptJournal journal, InstantSource clock) {
    this.directory = directory;
    this.tenure = tenure;
    this.journal = journal;
    this.clock = clock;
    this.metrics = new MetricsCache(directory);
  }

  /** The keeper of a tenure; reads from the journal what has been verified. */
  public static CheckpointKeeper open(
      CheckpointDirectory directory, Tenure tenure, InstantSource clock) throws IOException {
    AttemptJournal journal = new AttemptJournal(directory.store(), tenure.term());
    CheckpointKeeper keeper = new CheckpointKeeper(directory, tenure, journal, clock);
    AttemptJournal.read(directory.store()).stream()
        .filter(event -> event.state() == AttemptState.VERIFIED)
        .forEach(event -> keeper.verified.add(event.prefix()));
    return keeper;
  }

  public CheckpointDirectory directory() {
    return directory;
  }

  /** The term that this keeper acts for. */
  public long term() {
    return tenure.term();
  }

  /** Closes the journal. */
  public void close() throws IOException {
    journal.close();
  }

  /** Writes down that an attempt reached a state. */
  public void note(Prefix prefix, AttemptState state, String reason) {
    journal.append(new AttemptEvent(prefix, state, clock.instant(), reason));
  }

  /**
   * First after a claim: moves away what the last claim on record made void, and rebuilds {@code
   * checkpoint}. To be done before {@link CheckpointDirectory#plan}.
   */
  public EffectOutcome settle() {
    EffectOutcome state = rewriteState(Set.of());
    return state.isSettled() ? moveVoid() : state;
  }

  /**
   * Acts on what planning has read: damaged checkpoints go into the quarantine, the start is
   * VERIFIED. Not for a hopeless plan, which is left to the operator.
   */
  public EffectOutcome accept(RecoveryPlan plan) {
    if (plan.isHopeless()) {
      throw new IllegalArgumentException("every checkpoint is damaged: nothing is touched");
    }
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    for (VerificationReport report : plan.damaged()) {
      outcome = quarantine(report);
      if (!outcome.isSettled()) {
        return outcome;
      }
    }
    plan.start().ifPresent(this::markVerified);
    return outcome;
  }

  private void markVerified(Prefix prefix) {
    if (verified.add(prefix)) {
      note(prefix, AttemptState.VERIFIED, "");
    }
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
   * @param shards number of shard files that the checkpoint will have
   * @param objectGraph TensorFlow's object graph, serialized
   */
  public ShardReport writeMetadataShard(CheckpointMetadata metadata, int shards, byte[] objectGraph)
      throws IOException {
    String name = metadata.prefix().files().shard(0, shards);
    try (ObjectWriter out = directory.store().create(name)) {
      ShardWriter shard = new ShardWriter(out);
      List<WrittenPiece> pieces = new ArrayList<>(metadata.appendTo(shard));
      pieces.add(shard.appendString(CheckpointKeys.OBJECT_GRAPH, objectGraph));
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
    CommitOutcome outcome = remembered(prefix, tryCommit(request));
    if (outcome.status() != CommitOutcome.Status.COMMITTED) {
      return outcome;
    }
    note(prefix, AttemptState.COMMITTED, "");
    EffectOutcome state = rewriteState(Set.of());
    return state.isSettled()
        ? outcome
        : CommitOutcome.of(
            CommitOutcome.Status.COMMITTED,
            CheckpointState.FILE + " still names the one before: " + state.reason());
  }

  /** A failure is no known failure where an earlier try may have succeeded. */
  private CommitOutcome remembered(Prefix prefix, CommitOutcome outcome) {
    if (outcome.status() == CommitOutcome.Status.UNKNOWN) {
      uncertain.add(prefix);
      return outcome;
    }
    if (outcome.mayCleanUp() && uncertain.contains(prefix)) {
      return CommitOutcome.of(CommitOutcome.Status.UNKNOWN, outcome.reason());
    }
    uncertain.remove(prefix);
    return outcome;
  }

  private CommitOutcome tryCommit(CommitRequest request) {
    Prefix prefix = request.prefix();
    CommitCheck check = new CommitCheck(request);
    try {
      BundleIndex index = check.index();
      check.requireOnDisk(directory.store());
      requireStepFree(prefix);
      return asCommit(tenure.publish(prefix.files().index(), index.encode()));
    } catch (CommitCheck.RejectedException e) {
      return CommitOutcome.of(CommitOutcome.Status.REJECTED, e.getMessage());
    } catch (IOException e) {
      return CommitOutcome.of(CommitOutcome.Status.FAILED, e.toString());
    }
  }

  private void requireStepFree(Prefix prefix) throws IOException, CommitCheck.RejectedException {
    for (StoredCheckpoint other : directory.list().checkpoints()) {
      if (other.prefix().step() == prefix.step() && !other.prefix().equals(prefix)) {
        throw new CommitCheck.RejectedException(
            "step " + prefix.step() + " is committed as " + other.prefix());
      }
    }
  }

  private static CommitOutcome asCommit(PublishOutcome published) {
    CommitOutcome.Status status =
        switch (published.status()) {
          case PUBLISHED, ALREADY_THERE_SAME -> CommitOutcome.Status.COMMITTED;
          case EXISTS_OTHER -> CommitOutcome.Status.CONFLICT;
          case FENCED -> CommitOutcome.Status.FENCED;
          case FAILED -> CommitOutcome.Status.FAILED;
          case UNKNOWN -> CommitOutcome.Status.UNKNOWN;
        };
    return CommitOutcome.of(status, published.reason());
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
    if (verified.add(report.prefix())) {
      note(report.prefix(), AttemptState.VERIFIED, "");
    }
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
    try {
      DirectoryListing listing = directory.list();
      if (listing.find(prefix).isPresent()) {
        throw new IllegalStateException(prefix + " exists and is not to be cleaned up");
      }
      return deleteAll(listing.orphans().getOrDefault(prefix, List.of()));
    } catch (IOException e) {
      return failed(e);
    }
  }

  private void requireNoCheckpoint(Prefix prefix) {
    if (prefix.term() != tenure.term() || uncertain.contains(prefix)) {
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
    try {
      StoredCheckpoint stored =
          directory
              .list()
              .find(prefix)
              .orElseThrow(() -> new NoSuchFileException(prefix.files().index()));
      EffectOutcome outcome =
          tenure.replace(
              QUARANTINE + "/" + prefix + ".reason.txt", reason.getBytes(StandardCharsets.UTF_8));
      if (!outcome.isSettled()) {
        return outcome;
      }
      outcome = rewriteState(Set.of(prefix));
      if (!outcome.isSettled()) {
        return outcome;
      }
      note(prefix, AttemptState.QUARANTINED, report.damage().get(0).toString());
      return moveAll(stored, QUARANTINE);
    } catch (IOException e) {
      return failed(e);
    }
  }

  /** Moves files that only bear a checkpoint's name into the quarantine. */
  public EffectOutcome quarantineForeign(VerificationReport report) {
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    for (var foreign : report.foreign()) {
      outcome = tenure.move(foreign.file(), QUARANTINE + "/" + foreign.file());
      if (!outcome.isSettled()) {
        return outcome;
      }
    }
    return outcome;
  }

  /** What retention would do now. */
  public Retention.Plan planRetention(RetentionPolicy policy) throws IOException {
    List<Retention.Candidate> candidates = new ArrayList<>();
    for (StoredCheckpoint stored : directory.list().checkpoints()) {
      Prefix prefix = stored.prefix();
      boolean isVerified = verified.contains(prefix);
      candidates.add(
          new Retention.Candidate(prefix, stored.time(), isVerified, metrics.of(prefix), false));
    }
    metrics.forgetAllBut(
        candidates.stream().map(Retention.Candidate::prefix).collect(Collectors.toSet()));
    return Retention.plan(candidates, policy, clock.instant());
  }

  /**
   * Removes what a plan says: from {@code checkpoint} first, then each one's index, then the rest.
   */
  public EffectOutcome delete(Retention.Plan plan) {
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    if (plan.delete().isEmpty()) {
      return outcome;
    }
    try {
      DirectoryListing listing = directory.list();
      outcome = rewriteState(Set.copyOf(plan.delete()));
      for (Prefix prefix : plan.delete()) {
        if (!outcome.isSettled()) {
          return outcome;
        }
        if (listing.find(prefix).isPresent()) {
          outcome = delete(listing.find(prefix).get());
        }
      }
      return outcome;
    } catch (IOException e) {
      return failed(e);
    }
  }

  private EffectOutcome delete(StoredCheckpoint stored) {
    EffectOutcome outcome = tenure.delete(stored.index().name());
    if (!outcome.isSettled()) {
      return outcome;
    }
    note(stored.prefix(), AttemptState.DELETED, "");
    return deleteAll(stored.shardFiles());
  }

  /** Removes shard files that terms before this one left without an index. */
  public EffectOutcome collectGarbage() {
    try {
      List<ObjectInfo> garbage = new ArrayList<>();
      directory
          .list()
          .orphans()
          .forEach(
              (prefix, files) -> {
                if (prefix.term() < tenure.term()) {
                  garbage.addAll(files);
                }
              });
      return deleteAll(garbage);
    } catch (IOException e) {
      return failed(e);
    }
  }

  private EffectOutcome deleteAll(List<ObjectInfo> objects) {
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    for (ObjectInfo object : objects) {
      outcome = tenure.delete(object.name());
      if (!outcome.isSettled()) {
        return outcome;
      }
    }
    return outcome;
  }

  private EffectOutcome moveVoid() {
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    try {
      for (StoredCheckpoint stored : directory.list().voided()) {
        note(stored.prefix(), AttemptState.ABANDONED, "void: a later term started before it");
        outcome = moveAll(stored, VOID);
        if (!outcome.isSettled()) {
          return outcome;
        }
      }
      return outcome;
    } catch (IOException e) {
      return failed(e);
    }
  }

  /** The index last: as long as it is there the move is known to be unfinished. */
  private EffectOutcome moveAll(StoredCheckpoint stored, String target) {
    List<ObjectInfo> files = new ArrayList<>(stored.shardFiles());
    files.add(stored.index());
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    for (ObjectInfo file : files) {
      outcome = tenure.move(file.name(), target + "/" + file.name());
      if (!outcome.isSettled()) {
        return outcome;
      }
    }
    return outcome;
  }

  /** Rebuilds {@code checkpoint} from the indexes, without those that are about to go. */
  private EffectOutcome rewriteState(Set<Prefix> without) {
    List<StoredCheckpoint> named;
    try {
      named =
          directory.list().checkpoints().stream()
              .filter(stored -> !without.contains(stored.prefix()))
              .toList();
    } catch (IOException e) {
      return failed(e);
    }
    if (named.isEmpty()) {
      return tenure.delete(CheckpointState.FILE);
    }
    List<Double> times =
        named.stream().map(stored -> stored.time().toEpochMilli() / 1000.0).toList();
    CheckpointState state =
        new CheckpointState(
            named.get(named.size() - 1).prefix().toString(),
            named.stream().map(stored -> stored.prefix().toString()).toList(),
            times,
            OptionalDouble.of(times.get(0) - 1));
    return tenure.replace(CheckpointState.FILE, state.encode());
  }

  private static EffectOutcome failed(IOException cause) {
    return EffectOutcome.of(EffectOutcome.Status.FAILED, cause.toString());
  }
}
