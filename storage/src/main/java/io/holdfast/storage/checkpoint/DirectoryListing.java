package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.parity.ParityFile;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.ObjectInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a run directory holds at one moment, taken apart by name.
 *
 * @param checkpoints committed and not void, oldest first
 * @param voided committed by an older term for a step later than the last claim starts from
 * @param orphans shard and parity files with one of our prefixes and no index
 */
public record DirectoryListing(
    List<StoredCheckpoint> checkpoints,
    List<StoredCheckpoint> voided,
    SortedMap<Prefix, List<ObjectInfo>> orphans) {

  public DirectoryListing {
    checkpoints = List.copyOf(checkpoints);
    voided = List.copyOf(voided);
    orphans = Collections.unmodifiableSortedMap(new TreeMap<>(orphans));
  }

  static DirectoryListing of(List<ObjectInfo> objects, Optional<ClaimRecord> claim) {
    SortedMap<Prefix, ObjectInfo> indexes = new TreeMap<>();
    SortedMap<Prefix, List<ObjectInfo>> shards = new TreeMap<>();
    SortedMap<Prefix, ObjectInfo> parities = new TreeMap<>();
    for (ObjectInfo object : objects) {
      BundleFiles.ofIndex(object.name())
          .flatMap(files -> Prefix.parse(files.prefix()))
          .ifPresent(prefix -> indexes.put(prefix, object));
      shardPrefix(object.name())
          .ifPresent(p -> shards.computeIfAbsent(p, k -> new ArrayList<>()).add(object));
      ParityFile.ofName(object.name())
          .flatMap(files -> Prefix.parse(files.prefix()))
          .ifPresent(prefix -> parities.put(prefix, object));
    }
    List<StoredCheckpoint> live = new ArrayList<>();
    List<StoredCheckpoint> voided = new ArrayList<>();
    indexes.forEach(
        (prefix, index) -> {
          List<ObjectInfo> own = shards.getOrDefault(prefix, List.of());
          boolean isVoid = claim.isPresent() && claim.get().voids(prefix.term(), prefix.step());
          Optional<ObjectInfo> parity = Optional.ofNullable(parities.get(prefix));
          (isVoid ? voided : live).add(new StoredCheckpoint(prefix, index, own, parity));
        });
    parities.forEach((p, parity) -> shards.computeIfAbsent(p, k -> new ArrayList<>()).add(parity));
    shards.keySet().removeAll(indexes.keySet());
    return new DirectoryListing(live, voided, shards);
  }

  /** Also files that no TensorFlow would name so, as long as they begin like a shard's name. */
  private static Optional<Prefix> shardPrefix(String name) {
    int dot = name.indexOf(".data-");
    return dot < 0 ? Optional.empty() : Prefix.parse(name.substring(0, dot));
  }

  /**
   * Those without an index that have a parity file: only verified checkpoints get one, so they once
   * had an index, and lost it or are being deleted.
   */
  List<Prefix> withParityOnly() {
    return orphans.keySet().stream().filter(this::hasParityOnly).toList();
  }

  boolean hasParityOnly(Prefix prefix) {
    return orphans.getOrDefault(prefix, List.of()).stream()
        .anyMatch(object -> ParityFile.ofName(object.name()).isPresent());
  }

  /** The newest committed checkpoint. */
  public Optional<StoredCheckpoint> newest() {
    return checkpoints.isEmpty()
        ? Optional.empty()
        : Optional.of(checkpoints.get(checkpoints.size() - 1));
  }

  /** The committed checkpoint of a step. */
  public Optional<StoredCheckpoint> atStep(long step) {
    return checkpoints.stream().filter(c -> c.prefix().step() == step).reduce((a, b) -> b);
  }

  /** The committed checkpoint of that name. */
  public Optional<StoredCheckpoint> find(Prefix prefix) {
    return checkpoints.stream().filter(c -> c.prefix().equals(prefix)).findFirst();
  }

  /** Bytes of all files of the committed checkpoints, shared ones once. */
  public long bytes() {
    SharedBytes all = new SharedBytes();
    checkpoints.forEach(checkpoint -> all.add(checkpoint.copies()));
    return all.bytes();
  }

  /** The largest term in any name here, so that the next claim lies above it; 0 if none. */
  public long largestTerm() {
    long largest = 0;
    for (StoredCheckpoint checkpoint : checkpoints) {
      largest = Math.max(largest, checkpoint.prefix().term());
    }
    for (StoredCheckpoint checkpoint : voided) {
      largest = Math.max(largest, checkpoint.prefix().term());
    }
    for (Prefix orphan : orphans.keySet()) {
      largest = Math.max(largest, orphan.term());
    }
    return largest;
  }
}
