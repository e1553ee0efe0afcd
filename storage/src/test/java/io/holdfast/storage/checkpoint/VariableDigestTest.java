package io.holdfast.storage.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class VariableDigestTest {

  @Test
  void hasTheLayoutThatItsJavadocDraws() throws Exception {
    HexFormat hex = HexFormat.of();
    byte[] laidOut =
        hex.parseHex(
            // "a", int64 scalar 7
            "01000000"
                + "61"
                + "09000000"
                + "00000000"
                + "0700000000000000"
                // "b/é", float [2, 1] = {1, 2}
                + "04000000"
                + "622fc3a9"
                + "01000000"
                + "02000000"
                + "0200000000000000"
                + "0100000000000000"
                + "0000803f"
                + "00000040");
    String expected = hex.formatHex(MessageDigest.getInstance("SHA-256").digest(laidOut));

    VariableDigest digest = new VariableDigest();
    digest.begin("a", DataType.INT64, TensorShape.SCALAR);
    digest.update(ByteBuffer.wrap(new byte[] {7, 0, 0}));
    digest.update(ByteBuffer.wrap(new byte[5]));
    digest.begin("b/é", DataType.FLOAT, TensorShape.of(2, 1));
    digest.update(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(2).flip());
    assertThat(digest.finish()).isEqualTo(expected);
  }

  @Test
  void refusesWhatIsOutOfOrderOrIncomplete() {
    VariableDigest digest = new VariableDigest();
    digest.begin("b", DataType.INT8, TensorShape.of(2));
    assertThatThrownBy(() -> digest.begin("c", DataType.INT8, TensorShape.SCALAR))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(digest::finish).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> digest.update(ByteBuffer.allocate(3)))
        .isInstanceOf(IllegalArgumentException.class);
    digest.update(ByteBuffer.allocate(2));
    assertThatThrownBy(() -> digest.begin("a", DataType.INT8, TensorShape.SCALAR))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> digest.begin("c", DataType.STRING, TensorShape.SCALAR))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The same tensor whole, cut in rows, and cut both ways. */
  @Test
  void doesNotDependOnSlicesOrMetadata() throws Exception {
    ByteBuffer values = ByteBuffer.allocate(4 * 6);
    for (int i = 0; i < 24; i++) {
      values.put((byte) (i * 7));
    }
    values.flip();
    TensorShape shape = TensorShape.of(4, 6);
    List<List<TensorSlice>> cuts =
        List.of(
            List.of(TensorSlice.full(2)),
            List.of(TensorSlice.rows(2, 0, 1), TensorSlice.rows(2, 1, 3)),
            List.of(block(0, 2, 0, 3), block(0, 2, 3, 3), block(2, 2, 0, 1), block(2, 2, 1, 5)));
    List<String> digests = new ArrayList<>();
    for (int i = 0; i < cuts.size(); i++) {
      digests.add(digestOf(new Prefix(1, 1, i), shape, values, cuts.get(i)));
    }
    VariableDigest direct = new VariableDigest();
    direct.begin("w", DataType.UINT8, shape);
    direct.update(values.duplicate());
    assertThat(digests).containsOnly(direct.finish());
  }

  private static TensorSlice block(long row, long rows, long column, long columns) {
    return new TensorSlice(
        List.of(new TensorSlice.Extent(row, rows), new TensorSlice.Extent(column, columns)));
  }

  private static String digestOf(
      Prefix prefix, TensorShape shape, ByteBuffer values, List<TensorSlice> cuts)
      throws Exception {
    ObjectStore store = new FaultyStore(1, SmallRun.CLOCK).connect("a").store();
    CheckpointKeeper keeper = SmallRun.lead(store);
    List<ShardReport> reports = new ArrayList<>();
    try (ObjectWriter out = store.create(prefix.files().shard(1, 2))) {
      ShardWriter shard = new ShardWriter(out);
      var pieces = new ArrayList<io.holdfast.storage.bundle.WrittenPiece>();
      for (TensorSlice cut : cuts) {
        pieces.add(shard.append("w", DataType.UINT8, shape, cut, cutOut(shape, values, cut)));
      }
      reports.add(new ShardReport(1, out.position(), pieces));
    }
    reports.add(
        keeper.writeMetadataShard(
            SmallRun.metadata(prefix, java.util.Map.of()), reports, "graph".getBytes(UTF_8)));
    CommitOutcome outcome =
        keeper.commit(
            new CommitRequest(
                prefix, reports, List.of(new ExpectedTensor("w", DataType.UINT8, shape))));
    assertThat(outcome.status()).isEqualTo(CommitOutcome.Status.COMMITTED);
    try (BundleReader reader = keeper.directory().open(prefix)) {
      return CheckpointDigest.of(reader);
    }
  }

  private static ByteBuffer cutOut(TensorShape shape, ByteBuffer values, TensorSlice cut) {
    TensorSlice.Extent rows = cut.extents().get(0);
    TensorSlice.Extent columns = cut.extents().get(1);
    ByteBuffer bytes = ByteBuffer.allocate((int) cut.shapeIn(shape).elements());
    for (long row = 0; row < shape.dim(0); row++) {
      for (long column = 0; column < shape.dim(1); column++) {
        boolean inside = contains(rows, row) && contains(columns, column);
        if (inside) {
          bytes.put(values.get((int) (row * shape.dim(1) + column)));
        }
      }
    }
    return bytes.flip();
  }

  private static boolean contains(TensorSlice.Extent extent, long at) {
    return extent.isFull() || (at >= extent.start() && at < extent.start() + extent.length());
  }
}
