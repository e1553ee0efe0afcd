package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleIndexBuilder;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import io.holdfast.storage.checkpoint.TensorDifference.OnlyIn;
import io.holdfast.storage.checkpoint.TensorDifference.OtherType;
import io.holdfast.storage.checkpoint.TensorDifference.OtherValues;
import io.holdfast.storage.checkpoint.TensorDifference.Side;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class CheckpointDiffTest {
  private static final TensorShape SHAPE = TensorShape.of(4, 2);
  private static final float[] VALUES = {0, 1, 2, 3, 4, 5, 6, 7};

  private final ObjectStore store = new FaultyStore(1, SmallRun.CLOCK).connect("writer").store();

  @Test
  void slicesAndShardFilesMakeNoDifference() throws Exception {
    write("a", 1, 4, VALUES);
    write("b", 3, 1, VALUES);
    for (int bandBytes : new int[] {8, 24, 1 << 20}) {
      assertThat(compare("a", "b", bandBytes).differences()).isEmpty();
      assertThat(compare("a", "b", bandBytes).variables()).isEqualTo(1);
    }
  }

  @Test
  void differencesAreMeasuredAndCounted() throws Exception {
    write("a", 1, 4, VALUES);
    write("b", 2, 2, new float[] {0, 1, 2, 4, 4, 5, 6, 6.5f});
    assertThat(compare("a", "b", 8).differences())
        .containsExactly(new OtherValues("w", DataType.FLOAT, SHAPE, 8, 2, 1, 1.0 / 4, 0));
  }

  @Test
  void bitsDecideAndNaNIsEqualToItself() throws Exception {
    float otherNaN = Float.intBitsToFloat(0x7fc00001);
    float[] first = {Float.NaN, Float.NaN, 0f, Float.NaN, 1, Float.POSITIVE_INFINITY, 6, 7};
    float[] second = {Float.NaN, otherNaN, -0f, 3, Float.NaN, Float.POSITIVE_INFINITY, 6, 7};
    write("a", 1, 4, first);
    write("b", 1, 4, second);
    assertThat(compare("a", "b", 1 << 20).differences())
        .containsExactly(new OtherValues("w", DataType.FLOAT, SHAPE, 8, 4, 0, 0, 2));
  }

  @Test
  void whatOnlyOneHasAndOtherTypesAreTold() throws Exception {
    writeScalars("a", "both", DataType.INT64, "one");
    writeScalars("b", "both", DataType.DOUBLE, "two");
    TensorShape scalar = TensorShape.SCALAR;
    assertThat(compare("a", "b", 1 << 20).differences())
        .containsExactly(
            new OtherType("both", DataType.INT64, scalar, DataType.DOUBLE, scalar),
            new OnlyIn("one", Side.FIRST, DataType.INT64, scalar),
            new OnlyIn("two", Side.SECOND, DataType.INT64, scalar));
  }

  @Test
  void damageIsLaidAtTheRightDoor() throws Exception {
    write("a", 1, 4, VALUES);
    write("b", 1, 4, VALUES);
    write("bad", 1, 4, VALUES);
    String shard = new BundleFiles("bad").shard(0, 1);
    byte[] bytes = store.readSmall(shard, 1 << 10);
    store.delete(shard);
    bytes[3] ^= 1;
    try (ObjectWriter out = store.create(shard)) {
      out.write(ByteBuffer.wrap(bytes));
    }
    assertDamaged("bad", "b", Side.FIRST);
    assertDamaged("a", "bad", Side.SECOND);
    writeScalars("c", "other", DataType.INT64, "more");
    assertDamaged("c", "bad", Side.SECOND);
  }

  private void assertDamaged(String first, String second, Side side) throws Exception {
    try (BundleReader a = open(first);
        BundleReader b = open(second)) {
      assertThat(CheckpointDiff.of(a, b))
          .isInstanceOfSatisfying(
              CheckpointDiff.Damaged.class,
              damaged -> {
                assertThat(damaged.side()).isEqualTo(side);
                assertThat(damaged.damage().file()).startsWith("bad.data-");
              });
    }
  }

  private CheckpointDiff.Compared compare(String first, String second, int bandBytes)
      throws Exception {
    try (BundleReader a = open(first);
        BundleReader b = open(second)) {
      return (CheckpointDiff.Compared) CheckpointDiff.of(a, b, bandBytes);
    }
  }

  private BundleReader open(String prefix) throws Exception {
    return BundleReader.open(new BundleFiles(prefix), store::open);
  }

  /** The variable w in pieces of some rows, dealt out to shard files, and a step that is not it. */
  private void write(String prefix, int shards, int rows, float[] values) throws Exception {
    BundleIndexBuilder index = BundleIndex.builder(shards);
    for (int shard = 0; shard < shards; shard++) {
      try (ObjectWriter out = store.create(new BundleFiles(prefix).shard(shard, shards))) {
        ShardWriter writer = new ShardWriter(out);
        for (int row = shard * rows; row < 4; row += shards * rows) {
          TensorSlice slice = TensorSlice.rows(2, row, rows);
          ByteBuffer bytes = floats(values, 2 * row, 2 * rows);
          index.add(shard, writer.append("w", DataType.FLOAT, SHAPE, slice, bytes));
        }
        if (shard == 0) {
          ByteBuffer counter =
              ByteBuffer.wrap(prefix.concat("1234567").substring(0, 8).getBytes("UTF-8"));
          index.add(
              0,
              writer.append(
                  CheckpointKeys.SAVE_COUNTER, DataType.INT64, TensorShape.SCALAR, counter));
        }
      }
    }
    writeIndex(prefix, index);
  }

  private void writeScalars(String prefix, String first, DataType dtype, String second)
      throws Exception {
    BundleIndexBuilder index = BundleIndex.builder(1);
    try (ObjectWriter out = store.create(new BundleFiles(prefix).shard(0, 1))) {
      ShardWriter writer = new ShardWriter(out);
      ByteBuffer zero = ByteBuffer.allocate(8);
      index.add(0, writer.append(first, dtype, TensorShape.SCALAR, zero));
      index.add(0, writer.append(second, DataType.INT64, TensorShape.SCALAR, zero));
    }
    writeIndex(prefix, index);
  }

  private void writeIndex(String prefix, BundleIndexBuilder index) throws Exception {
    try (ObjectWriter out = store.create(new BundleFiles(prefix).index())) {
      out.write(ByteBuffer.wrap(index.build().encode()));
    }
  }

  private static ByteBuffer floats(float[] values, int from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = from; i < from + count; i++) {
      bytes.putInt(Float.floatToRawIntBits(values[i]));
    }
    return bytes.flip();
  }
}
