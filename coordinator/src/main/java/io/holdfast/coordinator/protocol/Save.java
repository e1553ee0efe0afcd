package io.holdfast.coordinator.protocol;

import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.protocol.Generation;
import io.holdfast.protocol.WorkerMessage.ShardWritten;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The save in flight. It belongs to its prefix: it goes on through later rounds while its writers
 * live, and once all shard files are written it needs nobody.
 *
 * @param generation that its prefix is named by
 * @param writers by shard file, from {@link Limits#FIRST_WORKER_SHARD} on
 * @param snapshots shard files whose buffers are handed over
 * @param written by shard file
 * @param asked whether the answer to a commit is outstanding
 * @param unknowns unknown outcomes of the commit so far
 * @param retryAtNanos not before then is an unknown commit asked again
 * @param requestedNanos when it was asked for
 */
public record Save(
    String prefix,
    long step,
    Generation generation,
    SaveKind kind,
    AttemptState state,
    List<Writer> writers,
    Set<Integer> snapshots,
    Map<Integer, ShardWritten> written,
    CheckpointMetadata metadata,
    boolean asked,
    int unknowns,
    long retryAtNanos,
    long requestedNanos) {

  /**
   * Who writes a shard file, and what goes into it.
   *
   * @param frozen whether that are frozen slices, which lie in files of their own
   * @param groups of slices, by index in the job's order, ascending
   */
  public record Writer(String workerId, boolean frozen, List<Integer> groups) {
    public Writer {
      groups = List.copyOf(groups);
    }

    private ShardOrder order(int shard) {
      return new ShardOrder(shard, frozen, groups);
    }
  }

  public Save {
    Objects.requireNonNull(metadata);
    writers = List.copyOf(writers);
    snapshots = Collections.unmodifiableSet(new TreeSet<>(snapshots));
    written = Collections.unmodifiableMap(new TreeMap<>(written));
  }

  boolean isWriter(String workerId) {
    return writers.stream().anyMatch(writer -> writer.workerId().equals(workerId));
  }

  /** The writer of a shard file; none for one that no worker writes. */
  Optional<Writer> writer(int shard) {
    int index = shard - Limits.FIRST_WORKER_SHARD;
    return index < 0 || index >= writers.size()
        ? Optional.empty()
        : Optional.of(writers.get(index));
  }

  boolean isWriter(int shard, String workerId) {
    return writer(shard).filter(writer -> writer.workerId().equals(workerId)).isPresent();
  }

  /** The shard files that a worker is to write. */
  List<ShardOrder> filesOf(String workerId) {
    return shards()
        .filter(shard -> isWriter(shard, workerId))
        .mapToObj(shard -> writer(shard).orElseThrow().order(shard))
        .toList();
  }

  /** Who writes, each once. */
  List<String> workers() {
    return writers.stream().map(Writer::workerId).distinct().toList();
  }

  /** Whether a worker has something to write that it has not written. */
  boolean owes(String workerId) {
    return shards()
        .filter(shard -> isWriter(shard, workerId))
        .anyMatch(shard -> !written.containsKey(shard));
  }

  /** Numbers of the shard files that workers write. */
  IntStream shards() {
    return IntStream.range(Limits.FIRST_WORKER_SHARD, Limits.FIRST_WORKER_SHARD + writers.size());
  }

  /** How many shard files there are with the leader's own. */
  int numShards() {
    return Limits.FIRST_WORKER_SHARD + writers.size();
  }

  Save withSnapshot(String workerId) {
    Set<Integer> more = new TreeSet<>(snapshots);
    shards().filter(shard -> isWriter(shard, workerId)).forEach(more::add);
    return new Save(
        prefix,
        step,
        generation,
        kind,
        state,
        writers,
        more,
        written,
        metadata,
        asked,
        unknowns,
        retryAtNanos,
        requestedNanos);
  }

  Save withWritten(ShardWritten message) {
    Map<Integer, ShardWritten> more = new TreeMap<>(written);
    more.putIfAbsent(message.shard(), message);
    return new Save(
        prefix,
        step,
        generation,
        kind,
        state,
        writers,
        snapshots,
        more,
        metadata,
        asked,
        unknowns,
        retryAtNanos,
        requestedNanos);
  }

  Save at(AttemptState next) {
    return new Save(
        prefix,
        step,
        generation,
        kind,
        next,
        writers,
        snapshots,
        written,
        metadata,
        asked,
        unknowns,
        retryAtNanos,
        requestedNanos);
  }

  Save committing() {
    return new Save(
        prefix,
        step,
        generation,
        kind,
        state,
        writers,
        snapshots,
        written,
        metadata,
        true,
        unknowns,
        0,
        requestedNanos);
  }

  Save unknownUntil(long nanos) {
    return new Save(
        prefix,
        step,
        generation,
        kind,
        state,
        writers,
        snapshots,
        written,
        metadata,
        false,
        unknowns + 1,
        nanos,
        requestedNanos);
  }
}
