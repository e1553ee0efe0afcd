package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.BundleVerifier;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One full reading of a checkpoint: the format's own checks (checksums, tiling, lengths, canonical
 * index, no byte unaccounted for), then that it is the checkpoint its name says, then that nothing
 * else bears its name.
 */
final class Verification {
  private final ObjectStore store;
  private final Prefix prefix;
  private final List<Finding> damage = new ArrayList<>();
  private final List<Finding> foreign = new ArrayList<>();

  Verification(ObjectStore store, Prefix prefix) {
    this.store = store;
    this.prefix = prefix;
  }

  VerificationReport run() throws IOException {
    BundleVerifier.verify(prefix.files(), store::open, BundleVerifier.Origin.HOLDFAST, damage::add);
    if (damage.isEmpty()) {
      checkIdentity();
    }
    boolean gone = !damage.isEmpty() && isGone();
    return new VerificationReport(prefix, damage, foreign, gone);
  }

  private void checkIdentity() throws IOException {
    try (BundleReader reader = BundleReader.open(prefix.files(), store::open)) {
      CheckpointMetadata metadata = CheckpointMetadata.read(reader);
      if (!metadata.prefix().equals(prefix)) {
        report(Finding.Kind.BAD_INDEX, "is the index of " + metadata.prefix());
      }
      Optional<Long> counter = CheckpointMetadata.saveCounter(reader);
      if (!counter.equals(Optional.of(prefix.step()))) {
        report(
            Finding.Kind.BAD_INDEX,
            "has save_counter " + counter.map(String::valueOf).orElse("none"));
      }
      checkForeign(reader.index().shards());
    } catch (DamagedCheckpointException e) {
      damage.add(new Finding(e.file(), Finding.Kind.BAD_BYTES, e.problem()));
    } catch (NoSuchFileException e) {
      report(Finding.Kind.MISSING, "is missing");
    }
  }

  private void checkForeign(int shards) throws IOException {
    Optional<StoredCheckpoint> stored =
        DirectoryListing.of(store.list(""), Optional.empty()).find(prefix);
    if (stored.isEmpty()) {
      report(Finding.Kind.MISSING, "is missing");
      return;
    }
    for (String name : CheckpointDirectory.foreignFiles(stored.get(), shards)) {
      foreign.add(new Finding(name, Finding.Kind.UNACCOUNTED, "is no part of " + prefix));
    }
  }

  /** Retention removes the index first: what fails afterwards is no damage. */
  private boolean isGone() throws IOException {
    return DirectoryListing.of(store.list(""), Optional.empty()).find(prefix).isEmpty();
  }

  private void report(Finding.Kind kind, String problem) {
    damage.add(new Finding(prefix.files().index(), kind, problem));
  }
}
