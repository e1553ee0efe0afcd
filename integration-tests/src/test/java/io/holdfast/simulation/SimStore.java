package io.holdfast.simulation;

import io.holdfast.coordinator.protocol.CheckpointMetadata;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A run directory with the design's fence: each effect of a leader is one atomic change that
 * happens only while its term is the newest claimed. Shard files are written by anyone, under names
 * that are never used twice. The rules that hold for every change are checked with it.
 */
final class SimStore {
  /** A shard file: the values of the groups in it; damaged when a bit has flipped. */
  static final class ShardFile {
    final Map<Integer, Long> values;
    boolean damaged;

    ShardFile(Map<Integer, Long> values) {
      this.values = values;
    }
  }

  /** A commit: what it consists of. */
  record Index(
      String prefix, long step, long term, Set<Integer> shards, CheckpointMetadata metadata) {}

  private final ToyRun run;
  private final Mutation mutation;
  private final Map<String, ShardFile> files = new HashMap<>();
  private final Set<String> everWritten = new HashSet<>();
  private final TreeMap<Long, Index> live = new TreeMap<>();
  private final Set<String> published = new HashSet<>();
  private final Set<String> verified = new HashSet<>();
  private final Set<String> quarantined = new HashSet<>();
  private Optional<String> marker = Optional.empty();
  private long term;
  private long newest = -1;
  private boolean changed;

  SimStore(ToyRun run, Mutation mutation) {
    this.run = run;
    this.mutation = mutation;
  }

  long claim() {
    return ++term;
  }

  boolean fenced(long byTerm) {
    return byTerm != term && mutation != Mutation.IGNORE_FENCE;
  }

  private void mutate(long byTerm) {
    if (byTerm != term) {
      throw new Violation("a leader of term " + byTerm + " changed storage in term " + term);
    }
    changed = true;
  }

  static String file(String prefix, int shard) {
    return prefix + "#" + shard;
  }

  void writeShard(String name, Map<Integer, Long> values) {
    if (!everWritten.add(name)) {
      throw new Violation(name + " is written for the second time");
    }
    files.put(name, new ShardFile(Map.copyOf(values)));
  }

  Optional<ShardFile> read(String prefix, int shard) {
    return Optional.ofNullable(files.get(file(prefix, shard)));
  }

  /** All values of a checkpoint; empty if it is not there or damaged. */
  Optional<Map<Integer, Long>> values(String prefix) {
    Optional<Index> index = index(prefix);
    if (index.isEmpty()) {
      return Optional.empty();
    }
    Map<Integer, Long> values = new HashMap<>();
    for (int shard : index.get().shards()) {
      Optional<ShardFile> file = read(prefix, shard);
      if (file.isEmpty() || file.get().damaged) {
        return Optional.empty();
      }
      values.putAll(file.get().values);
    }
    return Optional.of(values);
  }

  Optional<Index> index(String prefix) {
    return live.values().stream().filter(index -> index.prefix().equals(prefix)).findAny();
  }

  boolean wasPublished(String prefix) {
    return published.contains(prefix);
  }

  boolean isQuarantined(String prefix) {
    return quarantined.contains(prefix);
  }

  /** Creates an index; the same again changes nothing. */
  void publish(long byTerm, Index index) {
    if (index(index.prefix()).isPresent()) {
      return;
    }
    mutate(byTerm);
    if (live.containsKey(index.step())) {
      throw new Violation(
          "step "
              + index.step()
              + " has two live commits: "
              + live.get(index.step())
              + ", "
              + index);
    }
    if (!published.add(index.prefix())) {
      throw new Violation(index.prefix() + " is published again");
    }
    live.put(index.step(), index);
    requireWhole(index);
    newest = Math.max(newest, index.step());
  }

  void mark(long byTerm, String prefix) {
    mutate(byTerm);
    long step = index(prefix).orElseThrow().step();
    if (step < live.lastKey()) {
      throw new Violation("`checkpoint` goes back to " + prefix + " from " + live.lastKey());
    }
    marker = Optional.of(prefix);
  }

  void markVerified(String prefix) {
    verified.add(prefix);
  }

  void deleteIndex(long byTerm, Index index) {
    mutate(byTerm);
    boolean newer =
        live.tailMap(index.step(), false).values().stream()
            .anyMatch(
                other -> !run.plan.checkpoint().verifyAfter() || verified.contains(other.prefix()));
    if (!newer) {
      throw new Violation(index.prefix() + " is deleted before a newer one is verified");
    }
    live.remove(index.step());
    // Retention has `checkpoint` name another one before an index goes.
    if (marker.equals(Optional.of(index.prefix()))) {
      marker = Optional.of(live.lastEntry().getValue().prefix());
    }
  }

  void deleteFile(long byTerm, String name) {
    mutate(byTerm);
    files.remove(name);
  }

  void quarantine(long byTerm, Index index) {
    mutate(byTerm);
    if (isWhole(index)) {
      throw new Violation(index.prefix() + " is put aside though it is whole");
    }
    live.remove(index.step());
    quarantined.add(index.prefix());
    newest = live.isEmpty() ? -1 : live.lastKey();
    marker = live.isEmpty() ? Optional.empty() : Optional.of(live.lastEntry().getValue().prefix());
  }

  boolean isWhole(Index index) {
    return index.shards().stream()
        .allMatch(
            shard -> {
              ShardFile file = files.get(file(index.prefix(), shard));
              return file != null && !file.damaged;
            });
  }

  TreeMap<Long, Index> live() {
    return live;
  }

  boolean isVerified(Index index) {
    return verified.contains(index.prefix());
  }

  /** Flips a bit in the newest checkpoint, if another whole one stands behind it and will stay. */
  boolean rot() {
    if (run.plan.checkpoint().retention().maxToKeep() < 2
        || live.size() < 2
        || !isWhole(live.lowerEntry(live.lastKey()).getValue())) {
      return false;
    }
    Index index = live.lastEntry().getValue();
    if (index.step() == run.lastStep) {
      return false;
    }
    Optional<ShardFile> file = read(index.prefix(), index.shards().iterator().next());
    file.ifPresent(found -> found.damaged = true);
    return file.isPresent();
  }

  /** After every event: what stands in storage is right. */
  void check() {
    if (!changed) {
      return;
    }
    changed = false;
    long now = live.isEmpty() ? -1 : live.lastKey();
    if (now < newest) {
      throw new Violation("the newest checkpoint went back from " + newest + " to " + now);
    }
    marker.ifPresent(
        prefix -> {
          if (index(prefix).isEmpty()) {
            throw new Violation("`checkpoint` names " + prefix + ", which does not exist");
          }
        });
    for (Index index : live.values()) {
      requireWhole(index);
    }
  }

  /** Files are there, tile all groups, and hold the undisturbed values. */
  private void requireWhole(Index index) {
    Set<Integer> seen = new HashSet<>();
    for (int shard : index.shards()) {
      ShardFile file = files.get(file(index.prefix(), shard));
      if (file == null) {
        throw new Violation(file(index.prefix(), shard) + " of a commit is not there");
      }
      file.values.forEach(
          (group, value) -> {
            if (!seen.add(group) || value != run.expected(group, index.step())) {
              throw new Violation(index.prefix() + " has wrong values of group " + group);
            }
          });
    }
    if (seen.size() != run.plan.groups().size()) {
      throw new Violation(index.prefix() + " has only the groups " + seen);
    }
    if (!index.metadata().equals(run.expectedMetadata(index.step()))) {
      throw new Violation(
          index.prefix()
              + " says "
              + index.metadata()
              + ", undisturbed is "
              + run.expectedMetadata(index.step()));
    }
  }
}
