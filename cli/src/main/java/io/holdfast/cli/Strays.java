package io.holdfast.cli;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.Finding;
import io.holdfast.storage.checkpoint.AttemptEvent;
import io.holdfast.storage.checkpoint.AttemptJournal;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.DirectoryListing;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.parity.ParityFile;
import io.holdfast.storage.store.ObjectInfo;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is wrong in a run directory beside its checkpoints: files named like a checkpoint's that
 * belong to none, and a {@code checkpoint} file that names what is not there. Other files, such as
 * TensorBoard's, are not looked at.
 */
final class Strays {

  /** The {@code checkpoint} file of a run that keeps thousands is far below this. */
  private static final int MOST_STATE_BYTES = 16 << 20;

  private final CheckpointDirectory directory;
  private final List<Finding> findings = new ArrayList<>();

  private Strays(CheckpointDirectory directory) {
    this.directory = directory;
  }

  /** Looks at every file of the run. */
  static List<Finding> all(CheckpointDirectory directory) throws IOException {
    Strays strays = new Strays(directory);
    strays.checkState(true);
    strays.checkForeign();
    strays.checkOrphans();
    strays.checkLost();
    return strays.findings;
  }

  /** Looks only whether the checkpoint is there that {@code checkpoint} calls the newest. */
  static List<Finding> newest(CheckpointDirectory directory) throws IOException {
    Strays strays = new Strays(directory);
    strays.checkState(false);
    return strays.findings;
  }

  private void checkForeign() throws IOException {
    for (ObjectInfo object : directory.store().list("")) {
      if (isForeign(object.name())) {
        report(object.name(), Finding.Kind.UNACCOUNTED, "belongs to no checkpoint of this run");
      }
    }
  }

  private static boolean isForeign(String name) {
    Optional<BundleFiles> index = BundleFiles.ofIndex(name).or(() -> ParityFile.ofName(name));
    int data = name.indexOf(".data-");
    if (index.isEmpty() && data < 0) {
      return false;
    }
    return Prefix.parse(index.map(BundleFiles::prefix).orElseGet(() -> name.substring(0, data)))
        .isEmpty();
  }

  /**
   * Shard files without an index: a save on its way, or one that a crash cut off and the next
   * leader removes. Only those of a save that the run never began are foreign.
   */
  private void checkOrphans() throws IOException {
    Set<Prefix> begun =
        AttemptJournal.read(directory.store()).stream()
            .map(AttemptEvent::prefix)
            .collect(Collectors.toSet());
    if (begun.isEmpty()) {
      return;
    }
    directory
        .list()
        .orphans()
        .forEach(
            (prefix, files) -> {
              if (!begun.contains(prefix)) {
                files.forEach(
                    file ->
                        report(
                            file.name(),
                            Finding.Kind.UNACCOUNTED,
                            "belongs to no save of this run"));
              }
            });
  }

  /** Only a checkpoint that was verified has a parity file: it has lost its index. */
  private void checkLost() throws IOException {
    for (Prefix lost : directory.lostIndexes()) {
      report(lost.files().index(), Finding.Kind.MISSING, "is missing; see repair");
    }
  }

  /**
   * A leader takes a name out of {@code checkpoint} before the index goes: so what is named is
   * there, or was taken away.
   */
  private void checkState(boolean all) throws IOException {
    for (String named : missing(all)) {
      // Read again: a living leader may have gone on between the two looks.
      if (missing(all).contains(named)) {
        report(
            new BundleFiles(named).index(),
            Finding.Kind.MISSING,
            "is missing; " + CheckpointState.FILE + " names it");
      }
    }
  }

  private List<String> missing(boolean all) throws IOException {
    Optional<CheckpointState> state = state();
    if (state.isEmpty()) {
      return List.of();
    }
    DirectoryListing listing = directory.list();
    Set<String> there =
        listing.checkpoints().stream()
            .map(stored -> stored.prefix().toString())
            .collect(Collectors.toSet());
    List<String> named = all ? state.get().allPaths() : List.of(state.get().modelCheckpointPath());
    return named.stream().filter(path -> !there.contains(path)).toList();
  }

  private Optional<CheckpointState> state() throws IOException {
    try {
      byte[] bytes = directory.store().readSmall(CheckpointState.FILE, MOST_STATE_BYTES);
      return Optional.of(CheckpointState.parse(CheckpointState.FILE, bytes));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (DamagedCheckpointException e) {
      Finding damaged = new Finding(e.file(), Finding.Kind.BAD_BYTES, e.problem());
      if (!findings.contains(damaged)) {
        findings.add(damaged);
      }
      return Optional.empty();
    }
  }

  private void report(String file, Finding.Kind kind, String problem) {
    findings.add(new Finding(file, kind, problem));
  }
}
