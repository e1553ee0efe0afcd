package io.holdfast.coordinator.server;

import io.holdfast.job.Job;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.MaskedCrc32c;
import io.holdfast.storage.bundle.StoredSlice;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an index says that each slice of the job is: members must prove that they hold that. */
final class SliceChecksums {
  private final ObjectStore store;
  private final List<SliceGroup> groups;

  SliceChecksums(ObjectStore store, Job job) {
    this.store = store;
    this.groups = SlicePlan.of(ModelPlan.of(job), job.mesh().shards()).groups();
  }

  /**
   * CRC-32C of each slice by group, value first, then its slots; empty if the checkpoint is cut
   * otherwise.
   *
   * @throws IOException if the index, found good before, cannot be read now
   */
  Optional<List<List<Integer>>> of(Prefix prefix) throws IOException {
    try (BundleReader reader = BundleReader.open(new BundleFiles(prefix.toString()), store::open)) {
      return of(reader.index());
    } catch (DamagedCheckpointException e) {
      throw new IOException(prefix + " was good a moment ago: " + e.getMessage(), e);
    }
  }

  private Optional<List<List<Integer>>> of(BundleIndex index) {
    List<List<Integer>> all = new ArrayList<>();
    for (SliceGroup group : groups) {
      List<Integer> ofGroup = new ArrayList<>();
      for (Slice slice : group.slices()) {
        Optional<Integer> checksum =
            index.entry(slice.variable().key()).flatMap(entry -> checksum(entry, slice));
        if (checksum.isEmpty()) {
          return Optional.empty();
        }
        ofGroup.add(checksum.get());
      }
      all.add(List.copyOf(ofGroup));
    }
    return Optional.of(all);
  }

  private static Optional<Integer> checksum(BundleEntry entry, Slice slice) {
    return entry.pieces().stream()
        .filter(piece -> piece.slice().equals(slice.extent()))
        .map(StoredSlice::maskedCrc)
        .map(MaskedCrc32c::unmask)
        .findAny();
  }
}
