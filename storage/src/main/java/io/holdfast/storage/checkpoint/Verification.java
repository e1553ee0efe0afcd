package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.BundleVerifier;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.parity.ParityFile;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One full reading of a checkpoint: the format's own checks (checksums, tiling, lengths, canonical
 * index, no byte unaccounted for), then that it is the checkpoint its name says, then that nothing
 * else bears its name.
 */
final class Verification {
  private static final Logger LOG = LoggerFactory.getLogger(Verification.class);

  private final ObjectStore store;
  private final Prefix prefix;
  private final List<Finding> damage = new ArrayList<>();
  private final List<Finding> foreign = new ArrayList<>();
  private final List<Finding> parity = new ArrayList<>();

  Verification(ObjectStore store, Prefix prefix) {
    this.store = store;
    this.prefix = prefix;
  }

  /** The checkpoint alone. */
  VerificationReport run() throws IOException {
    checkCheckpoint();
    return report();
  }

  /** The parity file too, if there is one; that reads all shard files once more. */
  VerificationReport runWithParity() throws IOException {
    checkCheckpoint();
    if (damage.isEmpty()) {
      checkParity();
    }
    return report();
  }

  private void checkCheckpoint() throws IOException {
    checkIdentity();
    BundleVerifier.verify(prefix.files(), store::open, BundleVerifier.Origin.HOLDFAST, damage::add);
    if (damage.isEmpty()) {
      checkContent();
    }
  }

  private void checkParity() throws IOException {
    String name = ParityFile.name(prefix.files());
    try (ParityFile file = ParityFile.open(prefix.files(), store::open)) {
      file.problem()
          .ifPresent(problem -> parity.add(new Finding(name, Finding.Kind.BAD_BYTES, problem)));
    } catch (DamagedCheckpointException e) {
      parity.add(new Finding(e.file(), Finding.Kind.BAD_BYTES, e.problem()));
    } catch (NoSuchFileException e) {
      LOG.debug("{} has no parity file: {}", prefix, e.toString());
    }
  }

  private VerificationReport report() throws IOException {
    boolean gone = !damage.isEmpty() && isGone();
    return new VerificationReport(prefix, damage, foreign, parity, gone);
  }

  /** An index under a wrong name is told from its keys, before its shards are held against it. */
  private void checkIdentity() throws IOException {
    try (BundleReader reader = BundleReader.open(prefix.files(), store::open)) {
      Optional<Prefix> identity = CheckpointKeys.identity(reader.index());
      if (!identity.equals(Optional.of(prefix))) {
        String owner = identity.map(Prefix::toString).orElse("no checkpoint of this program");
        report(Finding.Kind.BAD_INDEX, "is the index of " + owner);
      }
    } catch (DamagedCheckpointException | NoSuchFileException e) {
      LOG.debug("{} is left to the format's own checks: {}", prefix, e.toString());
    }
  }

  private void checkContent() throws IOException {
    try (BundleReader reader = BundleReader.open(prefix.files(), store::open)) {
      CheckpointMetadata metadata = CheckpointMetadata.read(reader);
      if (!metadata.prefix().equals(prefix)) {
        report(Finding.Kind.BAD_BYTES, "has the metadata of " + metadata.prefix());
      }
      Seal.problem(reader).ifPresent(problem -> report(Finding.Kind.BAD_INDEX, problem));
      Optional<Long> counter = CheckpointMetadata.saveCounter(reader);
      if (!counter.equals(Optional.of(prefix.step()))) {
        String found = counter.map(String::valueOf).orElse("none");
        report(Finding.Kind.BAD_BYTES, "has save_counter " + found);
      }
      checkForeign(reader.index().shards());
    } catch (DamagedCheckpointException e) {
      damage.add(new Finding(e.file(), Finding.Kind.BAD_BYTES, e.problem()));
    } catch (NoSuchFileException e) {
      report(Finding.Kind.MISSING, "is missing");
    }
  }

  private void checkForeign(int shards) throws IOException {
    Optional<StoredCheckpoint> stored = listed();
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
    return listed().isEmpty();
  }

  private Optional<StoredCheckpoint> listed() throws IOException {
    return DirectoryListing.of(store.list("", prefix.toString()), Optional.empty()).find(prefix);
  }

  private void report(Finding.Kind kind, String problem) {
    damage.add(new Finding(prefix.files().index(), kind, problem));
  }
}
