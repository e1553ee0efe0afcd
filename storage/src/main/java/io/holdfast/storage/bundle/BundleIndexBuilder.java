package io.holdfast.storage.bundle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes an index of the pieces that the writers of the shard files report, in any order. The index
 * depends on the pieces only, not on the order in which they came. For use by one thread.
 */
public final class BundleIndexBuilder {

  private record ShardPiece(int shard, WrittenPiece piece) {}

  private static final Comparator<StoredSlice> BY_POSITION =
      Comparator.comparing(StoredSlice::slice, BundleIndexBuilder::compareStarts);

  private final int shards;
  private final Map<String, List<ShardPiece>> pieces = new LinkedHashMap<>();

  BundleIndexBuilder(int shards) {
    if (shards < 1) {
      throw new IllegalArgumentException("a checkpoint has at least one shard, not " + shards);
    }
    this.shards = shards;
  }

  /**
   * Adds one piece.
   *
   * @param shard number of the shard file that has it, from 0
   */
  public BundleIndexBuilder add(int shard, WrittenPiece piece) {
    if (shard < 0 || shard >= shards) {
      throw new IllegalArgumentException("shard " + shard + " of " + shards);
    }
    pieces
        .computeIfAbsent(piece.name(), name -> new ArrayList<>())
        .add(new ShardPiece(shard, piece));
    return this;
  }

  /** Adds the pieces of one shard file. */
  public BundleIndexBuilder addAll(int shard, List<WrittenPiece> written) {
    written.forEach(piece -> add(shard, piece));
    return this;
  }

  /**
   * The index of all pieces added.
   *
   * @throws InconsistentBundleException if they do not tile their tensors, or overlap on disk
   */
  public BundleIndex build() throws InconsistentBundleException {
    List<BundleEntry> entries = new ArrayList<>();
    for (Map.Entry<String, List<ShardPiece>> tensor : pieces.entrySet()) {
      entries.add(entry(tensor.getKey(), tensor.getValue()));
    }
    Optional<String> overlap = ShardLayout.overlap(entries);
    if (overlap.isPresent()) {
      throw new InconsistentBundleException(overlap.get());
    }
    return BundleIndex.of(shards, entries);
  }

  private static BundleEntry entry(String name, List<ShardPiece> parts)
      throws InconsistentBundleException {
    WrittenPiece first = parts.get(0).piece();
    List<StoredSlice> stored = new ArrayList<>();
    for (ShardPiece part : parts) {
      WrittenPiece piece = part.piece();
      if (piece.dtype() != first.dtype() || !piece.shape().equals(first.shape())) {
        throw new InconsistentBundleException(
            "pieces of \"" + name + "\" disagree on its type or shape");
      }
      stored.add(piece.inShard(part.shard()));
    }
    stored.sort(BY_POSITION);
    Optional<String> problem = BundleEntry.problem(first.dtype(), first.shape(), stored);
    if (problem.isPresent()) {
      throw new InconsistentBundleException("the tensor \"" + name + "\" " + problem.get());
    }
    if (stored.size() > 1 && !first.dtype().sliceable()) {
      throw new InconsistentBundleException(
          "the tensor \"" + name + "\" is cut, which TensorFlow cannot read in " + first.dtype());
    }
    return new BundleEntry(name, first.dtype(), first.shape(), stored);
  }

  private static int compareStarts(TensorSlice a, TensorSlice b) {
    for (int axis = 0; axis < a.extents().size(); axis++) {
      int order = Long.compare(a.extents().get(axis).start(), b.extents().get(axis).start());
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
