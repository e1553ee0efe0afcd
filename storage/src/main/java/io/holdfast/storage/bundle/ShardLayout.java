package io.holdfast.storage.bundle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which pieces lie in which shard file, in the order of their bytes. */
final class ShardLayout {

  /** A piece with the tensor that it belongs to. */
  record Placed(BundleEntry entry, StoredSlice piece) {

    /** As operators read it: the tensor's name, and the slice if there are several. */
    String described() {
      String slice = entry.isPartitioned() ? " slice " + piece.slice() : "";
      return "\"" + entry.name() + "\"" + slice;
    }
  }

  private ShardLayout() {}

  /** The pieces of every shard that has any, by shard number, each in order of offset. */
  static SortedMap<Integer, List<Placed>> of(Collection<BundleEntry> entries) {
    SortedMap<Integer, List<Placed>> shards = new TreeMap<>();
    for (BundleEntry entry : entries) {
      for (StoredSlice piece : entry.pieces()) {
        shards
            .computeIfAbsent(piece.shard(), shard -> new ArrayList<>())
            .add(new Placed(entry, piece));
      }
    }
    Comparator<Placed> byOffset = Comparator.comparingLong(placed -> placed.piece().offset());
    shards
        .values()
        .forEach(
            pieces -> pieces.sort(byOffset.thenComparingLong(placed -> placed.piece().size())));
    return shards;
  }

  /** Two pieces that claim the same bytes; empty if there are none. */
  static Optional<String> overlap(Collection<BundleEntry> entries) {
    for (Map.Entry<Integer, List<Placed>> shard : of(entries).entrySet()) {
      Placed furthest = null;
      for (Placed placed : shard.getValue()) {
        boolean overlaps =
            furthest != null
                && placed.piece().size() > 0
                && placed.piece().offset() < furthest.piece().end();
        if (overlaps) {
          return Optional.of(
              placed.described()
                  + " and "
                  + furthest.described()
                  + " overlap in shard "
                  + shard.getKey());
        }
        if (furthest == null || placed.piece().end() > furthest.piece().end()) {
          furthest = placed;
        }
      }
    }
    return Optional.empty();
  }
}
