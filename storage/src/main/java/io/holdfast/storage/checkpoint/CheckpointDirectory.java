package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a run directory: which checkpoints it has and whether they are whole. Nothing is cached,
 * and the file {@code checkpoint} is never asked: each answer is from the indexes as they are.
 * Changes nothing; that is {@link CheckpointKeeper}'s.
 *
 * <p>An {@link IOException} means that the store could not be read, which says nothing about any
 * checkpoint: try again.
 */
public final class CheckpointDirectory {
  /** How often planning begins anew because a living leader removes what is being read. */
  private static final int MAX_PLANS = 20;

  private final ObjectStore store;

  public CheckpointDirectory(ObjectStore store) {
    this.store = store;
  }

  public ObjectStore store() {
    return store;
  }

  /** What is there now. */
  public DirectoryListing list() throws IOException {
    return DirectoryListing.of(store.list(""), store.lastClaim());
  }

  /** The files of one checkpoint that are there now. */
  DirectoryListing list(Prefix prefix) throws IOException {
    return DirectoryListing.of(store.list("", prefix.toString()), store.lastClaim());
  }

  /**
   * Opens a checkpoint for reading.
   *
   * @throws DamagedCheckpointException if its index is no sound one
   * @throws java.nio.file.NoSuchFileException if it does not exist
   */
  public BundleReader open(Prefix prefix) throws IOException, DamagedCheckpointException {
    return BundleReader.open(prefix.files(), store::open);
  }

  /** What a checkpoint says besides its variables. */
  public CheckpointMetadata metadata(Prefix prefix) throws IOException, DamagedCheckpointException {
    try (BundleReader reader = open(prefix)) {
      return CheckpointMetadata.read(reader);
    }
  }

  /** Reads all of a checkpoint back and checks all there is to check. */
  public VerificationReport verify(Prefix prefix) throws IOException {
    return new Verification(store, prefix).run();
  }

  /** As {@link #verify}, and its parity file, if it has one. */
  public VerificationReport verifyWithParity(Prefix prefix) throws IOException {
    return new Verification(store, prefix).runWithParity();
  }

  /** Checkpoints that have lost their index and have a parity file, which has a copy of it. */
  public List<Prefix> lostIndexes() throws IOException {
    Map<Prefix, Pins.Mark> marks = new Pins(this).marks();
    return list().withParityOnly().stream()
        .filter(prefix -> marks.get(prefix) != Pins.Mark.DELETING)
        .toList();
  }

  /**
   * Finds the newest checkpoint that is whole, by reading it.
   *
   * @throws IOException if one cannot be read, which is no reason to go back to an older one
   */
  public RecoveryPlan plan() throws IOException {
    for (int i = 0; i < MAX_PLANS; i++) {
      Optional<RecoveryPlan> plan = planOf(list().checkpoints());
      if (plan.isPresent()) {
        return plan.get();
      }
    }
    throw new IOException(store.location() + " changes faster than it can be read");
  }

  /** Empty if a checkpoint went while it was read: there are newer ones then. */
  private Optional<RecoveryPlan> planOf(List<StoredCheckpoint> checkpoints) throws IOException {
    List<VerificationReport> damaged = new ArrayList<>();
    for (int i = checkpoints.size() - 1; i >= 0; i--) {
      VerificationReport report = verify(checkpoints.get(i).prefix());
      if (report.gone()) {
        return Optional.empty();
      }
      if (report.isWhole()) {
        return Optional.of(startFrom(report.prefix(), damaged));
      }
      damaged.add(report);
    }
    return Optional.of(new RecoveryPlan(Optional.empty(), Optional.empty(), damaged));
  }

  /** Plans to go on from one checkpoint that the user has chosen; it must be whole. */
  public RecoveryPlan planFrom(Prefix prefix) throws IOException {
    VerificationReport report = verify(prefix);
    return report.isWhole()
        ? startFrom(prefix, List.of())
        : new RecoveryPlan(Optional.empty(), Optional.empty(), List.of(report));
  }

  private RecoveryPlan startFrom(Prefix prefix, List<VerificationReport> damaged)
      throws IOException {
    try {
      return new RecoveryPlan(Optional.of(prefix), Optional.of(metadata(prefix)), damaged);
    } catch (DamagedCheckpointException e) {
      throw new IOException(prefix + " changed after it was verified", e);
    }
  }

  /** Files with the prefix of a checkpoint, besides its index and the shards its index names. */
  static List<String> foreignFiles(StoredCheckpoint checkpoint, int shards) {
    return checkpoint.shardFiles().stream()
        .map(object -> object.name())
        .filter(
            name -> BundleFiles.ofShard(name).filter(shard -> shard.shards() == shards).isEmpty())
        .toList();
  }
}
