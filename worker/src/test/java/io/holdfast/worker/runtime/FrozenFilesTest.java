package io.holdfast.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.file.JobFile;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.protocol.CoordinatorMessage.ShardOrder;
import io.holdfast.protocol.WrittenPiece;
import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleIndexBuilder;
import io.holdfast.storage.bundle.InconsistentBundleException;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import io.holdfast.worker.protocol.WorkerEffect.WriteShards;
import io.holdfast.worker.protocol.WorkerEvent.ShardFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FrozenFilesTest {
  private static final List<Integer> GROUPS = List.of(2, 3);
  private static final List<WrittenPiece> PIECES = List.of(new WrittenPiece("f", 0, 0, 4, 17));

  @TempDir private Path directory;

  private ObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = LocalStore.open(directory);
  }

  private static WriteShards order(String prefix, String linkable, int numShards) {
    List<ShardOrder> files = List.of(new ShardOrder(1, false, List.of(0, 1)), frozen(GROUPS));
    return new WriteShards(prefix, 1, files, numShards, linkable);
  }

  private static ShardOrder frozen(List<Integer> groups) {
    return new ShardOrder(2, true, groups);
  }

  private static String name(WriteShards order) {
    return new BundleFiles(order.prefix()).shard(2, order.numShards());
  }

  private void write(FrozenFiles frozen, WriteShards order) throws IOException {
    try (ObjectWriter file = store.create(name(order))) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      file.sync();
    }
    frozen.written(order, frozen(GROUPS), new ShardFile(2, 4, PIECES));
  }

  private Object inode(WriteShards order) throws IOException {
    return Files.getAttribute(directory.resolve(name(order)), "unix:ino");
  }

  @Test
  void aLinkIsToldAsTheFileWasAndHasItsBytes() throws IOException {
    FrozenFiles frozen = new FrozenFiles(store, 9);
    WriteShards first = order("a", "", 3);
    assertThat(frozen.link(first, frozen(GROUPS))).as("nothing was read back").isEmpty();
    write(frozen, first);

    WriteShards second = order("b", "a", 5);
    assertThat(frozen.link(second, frozen(GROUPS))).contains(new ShardFile(2, 4, PIECES));
    assertThat(inode(second)).isEqualTo(inode(first));
    Files.delete(directory.resolve(name(first)));
    WriteShards third = order("c", "b", 3);
    assertThat(frozen.link(third, frozen(GROUPS)))
        .as("a link is as good as its source")
        .isPresent();
    assertThat(Files.readAllBytes(directory.resolve(name(third)))).containsExactly(1, 2, 3, 4);
  }

  @Test
  void whatIsNotKnownOrGoneOrOfOtherSlicesIsWritten() throws IOException {
    FrozenFiles frozen = new FrozenFiles(store, 9);
    WriteShards first = order("a", "", 3);
    write(frozen, first);

    assertThat(frozen.link(order("b", "other", 3), frozen(GROUPS))).isEmpty();
    assertThat(frozen.link(order("b", "a", 3), frozen(List.of(2)))).isEmpty();
    Files.delete(directory.resolve(name(first)));
    assertThat(frozen.link(order("b", "a", 3), frozen(GROUPS))).isEmpty();
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void theFileOfACheckpointThatWasLoadedMayBeLinkedAsOftenAsIfItHadBeenMadeHere() throws Exception {
    SlicePlan slices = slices();
    List<SliceGroup> frozen =
        slices.groups().stream().filter(g -> g.value().variable().frozen()).toList();
    List<Integer> groups = frozen.stream().map(SliceGroup::index).toList();
    BundleFiles loaded = new BundleFiles("old");
    BundleIndex index = indexOf(slices, 1, 2);
    Files.write(directory.resolve(loaded.shard(2, 3)), new byte[(int) bytes(frozen)]);
    store.link(loaded.shard(2, 3), new BundleFiles("older").shard(2, 3));

    FrozenFiles files = new FrozenFiles(store, 4);
    files.loaded(loaded, index, slices, slices.groups());
    WriteShards next = order("next", "old", 4);
    ShardFile linked = files.link(next, frozen(groups)).orElseThrow();
    assertThat(linked.lengthBytes()).isEqualTo(bytes(frozen));
    assertThat(linked.pieces()).hasSize(frozen.size()).allMatch(piece -> piece.maskedCrc32c() == 5);
    assertThat(inode(next))
        .isEqualTo(Files.getAttribute(directory.resolve("old.data-00002-of-00003"), "unix:ino"));
    assertThat(files.link(order("full", "next", 4), frozen(groups))).as("three have it").isEmpty();

    FrozenFiles mixed = new FrozenFiles(store, 4);
    mixed.loaded(loaded, indexOf(slices, 2, 2), slices, slices.groups());
    assertThat(mixed.link(order("x", "old", 4), frozen(groups)))
        .as("others lie there too")
        .isEmpty();
    FrozenFiles part = new FrozenFiles(store, 4);
    part.loaded(loaded, index, slices, frozen.subList(0, 1));
    assertThat(part.link(order("x", "old", 4), frozen(List.of(groups.get(0)))))
        .as("a part")
        .isEmpty();
  }

  private static long bytes(List<SliceGroup> groups) {
    return groups.stream().mapToLong(SliceGroup::bytes).sum();
  }

  /** A kernel and a bias that are frozen, and two that are trained. */
  private SlicePlan slices() throws Exception {
    Path job =
        Files.writeString(
            Files.createTempDirectory(directory, "job").resolve("job.yaml"),
            """
            name: frozen
            seed: 1
            model:
              input: [2]
              layers: [{dense: {units: 3, trainable: false}}, {dense: {units: 1}}]
            loss: mean_squared_error
            optimizer: {sgd: {learning_rate: 0.1}}
            data: {batch_size: 2, train: {random: {shape: [2], samples: 4, target: [1]}}}
            steps: 10
            mesh: {shards: 1, model: 1, threads: 1, isa: avx2}
            """);
    return SlicePlan.of(ModelPlan.of(JobFile.read(job)));
  }

  /** An index whose trained and frozen slices lie one after the other in these shard files. */
  private static BundleIndex indexOf(SlicePlan slices, int trained, int frozen)
      throws InconsistentBundleException {
    BundleIndexBuilder index = BundleIndex.builder(3);
    long[] ends = new long[3];
    for (Slice slice : slices.slices()) {
      Variable variable = slice.variable();
      int shard = variable.frozen() ? frozen : trained;
      long size = slice.extent().shapeIn(variable.shape()).elements() * variable.dtype().bytes();
      index.add(
          shard,
          new io.holdfast.storage.bundle.WrittenPiece(
              variable.key(),
              variable.dtype(),
              variable.shape(),
              slice.extent(),
              ends[shard],
              size,
              5));
      ends[shard] += size;
    }
    return index.build();
  }

  /** Of any so many checkpoints in a row as retention keeps, not all are of one copy. */
  @Test
  void noCopyServesAllThatRetentionKeeps() throws IOException {
    for (int maxToKeep = 1; maxToKeep <= 5; maxToKeep++) {
      FrozenFiles frozen = new FrozenFiles(store, maxToKeep);
      Object[] copies = new Object[20];
      String before = "";
      for (int i = 0; i < copies.length; i++) {
        WriteShards order = order("k" + maxToKeep + "-" + i, before, 3);
        Optional<ShardFile> linked = frozen.link(order, frozen(GROUPS));
        if (linked.isEmpty()) {
          write(frozen, order);
        }
        assertThat(linked.isEmpty()).isEqualTo(i % Math.max(1, maxToKeep - 1) == 0);
        copies[i] = inode(order);
        before = order.prefix();
      }
      for (int i = 0; maxToKeep > 1 && i + maxToKeep <= copies.length; i++) {
        List<Object> kept = List.of(copies).subList(i, i + maxToKeep);
        assertThat(kept.stream().distinct().count()).isGreaterThan(1);
      }
    }
  }
}
