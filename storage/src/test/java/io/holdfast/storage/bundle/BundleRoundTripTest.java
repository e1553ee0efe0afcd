package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.bundle.TensorSlice.Extent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is written comes back, whole and in blocks, and nothing but a whole checkpoint is taken. */
class BundleRoundTripTest {

  private static final BundleFiles FILES = new BundleFiles(RandomBundle.PREFIX);
  private static final List<DataType> NUMERIC =
      Arrays.stream(DataType.values()).filter(DataType::hasFixedSize).toList();

  @Property(tries = 300)
  void readsTensorsAndAnyOfTheirBlocks(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int shards) throws Exception {
    Random random = new Random(seed);
    RandomBundle bundle = new RandomBundle(random, shards);
    for (int i = 0; i < 4; i++) {
      DataType dtype = NUMERIC.get(random.nextInt(NUMERIC.size()));
      bundle.add("tensor/" + i, dtype, randomShape(random));
    }
    bundle.addStrings("text", TensorShape.of(2), List.of(new byte[300], new byte[0]));
    MemoryObjects objects = bundle.finish();
    List<Finding> findings = new ArrayList<>();
    BundleVerifier.verify(FILES, objects, BundleVerifier.Origin.HOLDFAST, findings::add);
    assertThat(findings).isEmpty();
    try (BundleReader reader = BundleReader.open(FILES, objects)) {
      assertThat(reader.readStrings("text")).extracting(s -> s.length).containsExactly(300, 0);
      for (Map.Entry<String, byte[]> tensor : bundle.values().entrySet()) {
        checkBlocks(reader, tensor.getKey(), tensor.getValue(), random);
      }
    }
  }

  private static void checkBlocks(BundleReader reader, String name, byte[] value, Random random)
      throws Exception {
    BundleEntry entry = reader.index().entry(name).orElseThrow();
    assertThat(reader.read(name)).isEqualTo(ByteBuffer.wrap(value));
    for (int i = 0; i < 3; i++) {
      TensorSlice slice = randomSlice(entry.shape(), random);
      byte[] expected = RandomBundle.block(value, entry.shape(), slice, entry.dtype().bytes());
      ByteBuffer target = ByteBuffer.allocateDirect(expected.length + 7).position(3);
      target.limit(3 + expected.length);
      reader.read(name, slice, target);
      assertThat(target.position()).isEqualTo(target.limit());
      assertThat(target.position(3)).as(name + " " + slice).isEqualTo(ByteBuffer.wrap(expected));
    }
  }

  private static TensorShape randomShape(Random random) {
    List<Long> dims = new ArrayList<>();
    for (int rank = random.nextInt(5); rank > 0; rank--) {
      dims.add((long) random.nextInt(7));
    }
    return new TensorShape(dims);
  }

  private static TensorSlice randomSlice(TensorShape shape, Random random) {
    List<Extent> extents = new ArrayList<>();
    for (long dim : shape.dims()) {
      int start = dim == 0 ? 0 : random.nextInt((int) dim);
      boolean full = dim == 0 || random.nextBoolean();
      extents.add(full ? Extent.FULL : new Extent(start, 1 + random.nextInt((int) dim - start)));
    }
    return new TensorSlice(extents);
  }

  @Test
  void readsOnlyPiecesThatAreWanted() throws Exception {
    MemoryObjects objects = new MemoryObjects();
    BundleIndexBuilder builder = BundleIndex.builder(2);
    TensorShape shape = TensorShape.of(4, 1000);
    for (int shard = 0; shard < 2; shard++) {
      ShardWriter writer = new ShardWriter(objects.create(FILES.shard(shard, 2)));
      TensorSlice rows = TensorSlice.rows(2, 2L * shard, 2);
      builder.add(
          shard, writer.append("w", DataType.FLOAT, shape, rows, ByteBuffer.allocate(8000)));
    }
    objects.put(FILES.index(), builder.build().encode());
    try (BundleReader reader = BundleReader.open(FILES, objects)) {
      reader.read("w", TensorSlice.rows(2, 2, 2), ByteBuffer.allocate(8000));
    }
    assertThat(objects.bytesRead(FILES.shard(0, 2))).isZero();
    assertThat(objects.bytesRead(FILES.shard(1, 2))).isEqualTo(8000);
  }

  @Test
  void refusesPiecesThatMakeNoCheckpoint() {
    TensorShape shape = TensorShape.of(4, 2);
    WrittenPiece lower = piece(shape, TensorSlice.rows(2, 0, 2), 0, 16);
    WrittenPiece upper = piece(shape, TensorSlice.rows(2, 2, 2), 16, 16);
    requireRefused("is not covered exactly once", lower);
    requireRefused("twice", lower, lower, upper);
    requireRefused("is not covered", lower, piece(shape, TensorSlice.rows(2, 1, 3), 16, 24));
    requireRefused("overlap in shard 0", lower, piece(shape, TensorSlice.rows(2, 2, 2), 15, 16));
    requireRefused("in 15 bytes", lower, piece(shape, TensorSlice.rows(2, 2, 2), 16, 15));
    requireRefused(
        "disagree", lower, piece(TensorShape.of(5, 2), TensorSlice.rows(2, 2, 2), 16, 16));
  }

  @Test
  void tilesInAnyLayoutAreTold() {
    TensorShape shape = TensorShape.of(4, 4);
    // A pinwheel: no straight cut parts it.
    List<TensorSlice> pinwheel =
        List.of(
            block(0, 1, 0, 3),
            block(0, 3, 3, 1),
            block(3, 1, 1, 3),
            block(1, 3, 0, 1),
            block(1, 2, 1, 2));
    assertThat(Tiling.problem(shape, pinwheel)).isEmpty();
    assertThat(Tiling.problem(shape, pinwheel.subList(0, 4))).isPresent();
    // The same area in all, one corner twice and another not at all.
    assertThat(Tiling.problem(shape, List.of(block(0, 2, 0, 4), block(1, 2, 0, 4)))).isPresent();
  }

  private static TensorSlice block(long row, long rows, long column, long columns) {
    return new TensorSlice(List.of(new Extent(row, rows), new Extent(column, columns)));
  }

  private static WrittenPiece piece(TensorShape shape, TensorSlice slice, long offset, long size) {
    return new WrittenPiece("w", DataType.FLOAT, shape, slice, offset, size, 0);
  }

  private static void requireRefused(String why, WrittenPiece... pieces) {
    BundleIndexBuilder builder = BundleIndex.builder(1).addAll(0, List.of(pieces));
    assertThatThrownBy(builder::build)
        .isInstanceOf(InconsistentBundleException.class)
        .hasMessageContaining(why);
  }

  @Test
  void takesNamesOfFilesApart() {
    assertThat(FILES.shard(3, 12)).isEqualTo("model.ckpt-12.data-00003-of-00012");
    assertThat(BundleFiles.ofShard(FILES.shard(3, 12)))
        .contains(new BundleFiles.Shard(RandomBundle.PREFIX, 3, 12));
    assertThat(BundleFiles.ofIndex("ckpt-1.index")).contains(new BundleFiles("ckpt-1"));
    for (String name :
        List.of("x.data-00003-of-00003", "x.data-3-of-4", "x.data-000003-of-000004", ".index")) {
      assertThat(BundleFiles.ofShard(name)).as(name).isEmpty();
      assertThat(BundleFiles.ofIndex(name)).as(name).isEmpty();
    }
  }
}
