package io.holdfast.worker.runtime;

import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.protocol.WrittenPiece;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.StoredSlice;
import io.holdfast.worker.protocol.WorkerEvent.ShardFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks in a checkpoint for a shard file that holds some groups of slices and nothing else. */
final class FrozenFileSearch {
  private final BundleIndex index;
  private final Ordinals ordinals;
  private final List<WrittenPiece> pieces = new ArrayList<>();
  private final List<Integer> shards = new ArrayList<>();

  FrozenFileSearch(BundleIndex index, SlicePlan slices) {
    this.index = index;
    this.ordinals = new Ordinals(slices);
  }

  /** That file, as its writer would tell of it; empty if the slices lie in no one file alone. */
  Optional<ShardFile> find(List<SliceGroup> groups) {
    for (SliceGroup group : groups) {
      for (Slice slice : group.slices()) {
        stored(slice).ifPresent(piece -> add(slice, piece));
      }
    }
    long wanted = groups.stream().mapToLong(group -> group.slices().size()).sum();
    boolean inOne = pieces.size() == wanted && shards.stream().distinct().count() == 1;
    if (!inOne || piecesIn(shards.get(0)) != wanted) {
      return Optional.empty();
    }
    long bytes = pieces.stream().mapToLong(WrittenPiece::sizeBytes).sum();
    return Optional.of(new ShardFile(shards.get(0), bytes, pieces));
  }

  private Optional<StoredSlice> stored(Slice slice) {
    return index.entry(slice.variable().key()).stream()
        .flatMap(entry -> entry.pieces().stream())
        .filter(piece -> piece.slice().equals(slice.extent()))
        .findFirst();
  }

  private void add(Slice slice, StoredSlice piece) {
    shards.add(piece.shard());
    pieces.add(
        new WrittenPiece(
            slice.variable().key(),
            ordinals.of(slice),
            piece.offset(),
            piece.size(),
            piece.maskedCrc()));
  }

  private long piecesIn(int shard) {
    return index.entries().values().stream()
        .flatMap(entry -> entry.pieces().stream())
        .filter(piece -> piece.shard() == shard)
        .count();
  }
}
