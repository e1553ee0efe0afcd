package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorBandsTest {

  /** Bands of any size, put one behind the other, are the tensor. */
  @Test
  void bandsAreTheTensorFrontToBack() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<TensorShape> shapes =
        List.of(
            TensorShape.SCALAR,
            TensorShape.of(0, 3),
            TensorShape.of(7),
            TensorShape.of(5, 3),
            TensorShape.of(1, 1, 11),
            TensorShape.of(2, 3, 4, 5));
    for (TensorShape shape : shapes) {
      RandomBundle bundle = new RandomBundle(random, 3);
      byte[] value = bundle.add("t", DataType.FLOAT, shape);
      MemoryObjects objects = bundle.finish();
      try (BundleReader reader = BundleReader.open(new BundleFiles(RandomBundle.PREFIX), objects)) {
        BundleEntry entry = reader.index().entry("t").orElseThrow();
        for (int maxBytes : new int[] {4, 8, 12, 20, 64, 1 << 20}) {
          assertThat(read(reader, entry, maxBytes))
              .as("seed %d, %s in bands of %d", seed, shape, maxBytes)
              .isEqualTo(value);
        }
      }
    }
  }

  private static byte[] read(BundleReader reader, BundleEntry entry, int maxBytes)
      throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (TensorSlice band : TensorBands.of(maxBytes, List.of(entry))) {
      int size = (int) band.shapeIn(entry.shape()).elements() * 4;
      assertThat(size).isLessThanOrEqualTo(maxBytes);
      ByteBuffer bytes = ByteBuffer.allocate(size);
      reader.read(entry.name(), band, bytes);
      out.writeBytes(bytes.array());
    }
    return out.toByteArray();
  }

  /** Each stored piece is read once where bands have room for one. */
  @Test
  void bandsEndWherePiecesEnd() {
    TensorShape shape = TensorShape.of(10, 2);
    BundleEntry entry =
        new BundleEntry(
            "t",
            DataType.FLOAT,
            shape,
            List.of(
                new StoredSlice(TensorSlice.rows(2, 0, 3), 0, 0, 24, 0),
                new StoredSlice(TensorSlice.rows(2, 3, 3), 0, 24, 24, 0),
                new StoredSlice(TensorSlice.rows(2, 6, 4), 0, 48, 32, 0)));
    assertThat(TensorBands.of(40, List.of(entry)))
        .containsExactly(
            TensorSlice.rows(2, 0, 3), TensorSlice.rows(2, 3, 3), TensorSlice.rows(2, 6, 4));
    assertThat(TensorBands.of(48, List.of(entry)))
        .containsExactly(TensorSlice.rows(2, 0, 6), TensorSlice.rows(2, 6, 4));
  }
}
