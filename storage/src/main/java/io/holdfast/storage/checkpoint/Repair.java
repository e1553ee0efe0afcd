package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.parity.ParityFile;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rebuilds what a checkpoint has lost: its index and any one of its shard files from the parity
 * file, bit for bit, and the parity file from the others. What is rebuilt is held against every
 * checksum before it replaces anything; what it replaces goes into the quarantine. For use by one
 * thread.
 */
public final class Repair {
  private final CheckpointDirectory directory;
  private final ObjectStore store;
  private final Tenure tenure;
  private final StateFile state;
  private final Staging staging;

  Repair(CheckpointDirectory directory, Tenure tenure, StateFile state, Staging staging) {
    this.directory = directory;
    this.store = directory.store();
    this.tenure = tenure;
    this.state = state;
    this.staging = staging;
  }

  /** A repair that the store or a later term kept from being finished; it may be tried again. */
  public static final class UnfinishedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient EffectOutcome outcome;

    UnfinishedException(EffectOutcome outcome) {
      super(outcome.status() + " " + outcome.reason());
      this.outcome = outcome;
    }

    /** Whether a later term leads. */
    public boolean isFenced() {
      return outcome.isFenced();
    }
  }

  /**
   * Mends a checkpoint.
   *
   * @param wantsParity whether one without a parity file is to get one
   * @throws IOException if it cannot be read or written now
   */
  RepairReport repair(Prefix prefix, boolean wantsParity) throws IOException {
    VerificationReport report = directory.verifyWithParity(prefix);
    if (!report.isWhole()) {
      return fromParity(prefix, report.damage());
    }
    return isParitySound(directory, report, wantsParity)
        ? RepairReport.nothingToDo(prefix)
        : rebuildParity(prefix, hasParity(directory, prefix));
  }

  /**
   * Whether a repair would find nothing to do. Reads only: for any thread, and with no leader's
   * tenure.
   */
  public static boolean isSound(CheckpointDirectory directory, Prefix prefix, boolean wantsParity)
      throws IOException {
    VerificationReport report = directory.verifyWithParity(prefix);
    return report.isWhole() && isParitySound(directory, report, wantsParity);
  }

  private static boolean isParitySound(
      CheckpointDirectory directory, VerificationReport report, boolean wantsParity)
      throws IOException {
    return hasParity(directory, report.prefix()) ? report.parity().isEmpty() : !wantsParity;
  }

  private static boolean hasParity(CheckpointDirectory directory, Prefix prefix)
      throws IOException {
    return directory.list().find(prefix).flatMap(StoredCheckpoint::parity).isPresent();
  }

  private RepairReport rebuildParity(Prefix prefix, boolean hasParity) throws IOException {
    String name = ParityFile.name(prefix.files());
    Parities parities = new Parities(directory, staging);
    try {
      parities.write(prefix);
    } catch (DamagedCheckpointException e) {
      throw new IOException(prefix + " was whole a moment ago: " + e.getMessage(), e);
    }
    if (hasParity) {
      require(putAside(name));
    }
    require(parities.install(prefix));
    return new RepairReport(prefix, List.of(name), List.of());
  }

  private RepairReport fromParity(Prefix prefix, List<Finding> damage) throws IOException {
    Optional<StoredCheckpoint> other = directory.list().atStep(prefix.step());
    if (other.isPresent() && !other.get().prefix().equals(prefix)) {
      String taken = "is not restored: its step is committed as " + other.get().prefix();
      Finding finding = new Finding(prefix.files().index(), Finding.Kind.MISSING, taken);
      return new RepairReport(prefix, List.of(), List.of(finding));
    }
    Rebuilding rebuilding = new Rebuilding(store, staging, prefix);
    try (ParityFile parity = ParityFile.open(prefix.files(), store::open)) {
      List<Finding> hopeless = rebuilding.prepare(parity);
      if (!hopeless.isEmpty()) {
        return new RepairReport(prefix, List.of(), hopeless);
      }
    } catch (NoSuchFileException e) {
      String name = ParityFile.name(prefix.files());
      return hopeless(prefix, damage, new Finding(name, Finding.Kind.MISSING, "is missing"));
    } catch (DamagedCheckpointException e) {
      Finding found = new Finding(e.file(), Finding.Kind.BAD_BYTES, e.problem());
      return hopeless(prefix, damage, found);
    }
    return install(prefix, rebuilding);
  }

  private static RepairReport hopeless(Prefix prefix, List<Finding> damage, Finding more) {
    List<Finding> all = new ArrayList<>(damage);
    all.add(more);
    return new RepairReport(prefix, List.of(), all);
  }

  private RepairReport install(Prefix prefix, Rebuilding rebuilding) throws IOException {
    List<String> rebuilt = new ArrayList<>();
    if (rebuilding.shard().isPresent()) {
      String name = rebuilding.shard().get();
      require(putAside(name));
      require(staging.install(name));
      rebuilt.add(name);
    }
    if (rebuilding.index().isPresent()) {
      String name = prefix.files().index();
      require(state.rewriteWithout(Set.of(prefix)));
      require(putAside(name));
      require(published(name, rebuilding.index().get()));
      rebuilt.add(name);
    }
    require(state.rewrite());
    VerificationReport after = directory.verify(prefix);
    return new RepairReport(prefix, rebuilt, after.damage());
  }

  private EffectOutcome published(String name, byte[] bytes) {
    return Pruner.asEffect(tenure.publish(name, bytes));
  }

  private EffectOutcome putAside(String name) {
    return tenure.move(name, CheckpointKeeper.QUARANTINE + "/" + name);
  }

  private static void require(EffectOutcome outcome) throws UnfinishedException {
    if (!outcome.isSettled()) {
      throw new UnfinishedException(outcome);
    }
  }
}
