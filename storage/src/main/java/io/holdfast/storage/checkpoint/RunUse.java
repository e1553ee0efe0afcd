package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.store.FileUse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who takes how many bytes of a run directory. Bytes that several names share by hard links are
 * counted once, for the first: checkpoints come first, oldest first.
 *
 * @param checkpoints what each checkpoint takes, oldest first
 * @param unfinished bytes of shard files without an index: saves on their way, or cut off
 * @param holdfast bytes of each part of {@code .holdfast/}, by its name: logs, quarantine, void ...
 * @param events bytes of TensorBoard's event files
 * @param state bytes of the list of checkpoints that TensorFlow reads
 * @param unaccounted files that are not this program's
 */
public record RunUse(
    List<CheckpointUse> checkpoints,
    SortedMap<Prefix, Long> unfinished,
    SortedMap<String, Long> holdfast,
    long events,
    long state,
    List<FileUse> unaccounted) {

  private static final String HOLDFAST = ".holdfast/";
  private static final String EVENTS = "events.out.tfevents.";
  private static final String PARITY = ".parity";

  /**
   * What one checkpoint takes.
   *
   * @param prefix the checkpoint
   * @param index bytes of its index
   * @param data bytes of its shard files, without what is shared
   * @param parity bytes of its parity, without what is shared
   * @param shared bytes that were counted for an older checkpoint, to which they are hard-linked
   */
  public record CheckpointUse(Prefix prefix, long index, long data, long parity, long shared) {

    /** Bytes that are counted for it: without it they would be free, unless others share them. */
    public long bytes() {
      return index + data + parity;
    }

    private CheckpointUse plus(CheckpointUse more) {
      return new CheckpointUse(
          prefix, index + more.index, data + more.data, parity + more.parity, shared + more.shared);
    }
  }

  /** Bytes of all files, shared ones once. */
  public long bytes() {
    return checkpoints.stream().mapToLong(CheckpointUse::bytes).sum()
        + unfinished.values().stream().mapToLong(Long::longValue).sum()
        + holdfast.values().stream().mapToLong(Long::longValue).sum()
        + events
        + state
        + unaccounted.stream().mapToLong(FileUse::bytes).sum();
  }

  /** Tells whose each file is. */
  public static RunUse of(List<FileUse> files) {
    return new Count().of(files);
  }

  /** The checkpoint whose file a name is; empty if it is none's. */
  private static Optional<Prefix> owner(String name) {
    int data = name.indexOf(".data-");
    if (data >= 0) {
      return Prefix.parse(name.substring(0, data));
    }
    return name.endsWith(PARITY)
        ? Prefix.parse(name.substring(0, name.length() - PARITY.length()))
        : BundleFiles.ofIndex(name).flatMap(index -> Prefix.parse(index.prefix()));
  }

  private static final class Count {
    private final Set<Object> counted = new HashSet<>();
    private final SortedMap<Prefix, CheckpointUse> checkpoints = new TreeMap<>();
    private final SortedMap<String, Long> holdfast = new TreeMap<>();
    private final List<FileUse> unaccounted = new ArrayList<>();
    private long events;
    private long state;

    RunUse of(List<FileUse> files) {
      SortedMap<Prefix, List<FileUse>> owned = new TreeMap<>();
      List<FileUse> others = new ArrayList<>();
      for (FileUse file : files) {
        Optional<Prefix> owner = owner(file.name());
        if (owner.isPresent()) {
          owned.computeIfAbsent(owner.get(), prefix -> new ArrayList<>()).add(file);
        } else {
          others.add(file);
        }
      }
      owned.forEach((prefix, own) -> own.forEach(file -> addOwned(prefix, file)));
      others.stream().filter(file -> counted.add(file.identity())).forEach(this::addOther);
      return result();
    }

    private void addOwned(Prefix prefix, FileUse file) {
      boolean first = counted.add(file.identity());
      long bytes = first ? file.bytes() : 0;
      long shared = first ? 0 : file.bytes();
      boolean index = BundleFiles.ofIndex(file.name()).isPresent();
      boolean parity = file.name().endsWith(PARITY);
      CheckpointUse use =
          new CheckpointUse(
              prefix, index ? bytes : 0, index || parity ? 0 : bytes, parity ? bytes : 0, shared);
      checkpoints.merge(prefix, use, CheckpointUse::plus);
    }

    private void addOther(FileUse file) {
      if (file.name().startsWith(HOLDFAST)) {
        String part = file.name().substring(HOLDFAST.length()).split("/", 2)[0];
        holdfast.merge(part, file.bytes(), Long::sum);
      } else if (file.name().startsWith(EVENTS)) {
        events += file.bytes();
      } else if (file.name().equals(CheckpointState.FILE)) {
        state += file.bytes();
      } else {
        unaccounted.add(file);
      }
    }

    private RunUse result() {
      SortedMap<Prefix, Long> unfinished = new TreeMap<>();
      checkpoints.values().stream()
          .filter(use -> use.index() == 0)
          .forEach(use -> unfinished.put(use.prefix(), use.bytes()));
      List<CheckpointUse> finished =
          checkpoints.values().stream().filter(use -> use.index() > 0).toList();
      return new RunUse(finished, unfinished, holdfast, events, state, List.copyOf(unaccounted));
    }
  }
}
