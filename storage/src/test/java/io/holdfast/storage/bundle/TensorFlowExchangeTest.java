package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** This program reads what Python's TensorFlow of today writes, and the other way round. */
class TensorFlowExchangeTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void readsEveryTypeAndSliceThatTensorFlowWrites(@TempDir Path directory) throws Exception {
    Python.assumePresent();
    Path log = directory.resolve("log");
    Python.run(log, "write_bundles.py", directory.toString());
    Files.delete(log);
    JsonNode expected = JSON.readTree(directory.resolve("expected.json").toFile());
    MemoryObjects objects = MemoryObjects.of(directory);
    for (String prefix : List.of("whole", "sliced", "objects", "many")) {
      BundleFiles files = new BundleFiles(prefix);
      try (BundleReader reader = BundleReader.open(files, objects)) {
        ExpectedTensors.check(reader, expected.get(prefix));
        assertThat(reader.index().isCanonical(BundleReader.readIndex(files, objects)))
            .as(prefix)
            .isTrue();
      }
      List<Finding> findings = new ArrayList<>();
      BundleVerifier.verify(files, objects, BundleVerifier.Origin.HOLDFAST, findings::add);
      assertThat(findings).as(prefix).isEmpty();
    }
  }

  @Test
  void writesEveryTypeAndSliceForTensorFlow(@TempDir Path directory) throws Exception {
    Python.assumePresent();
    long seed = 20261122;
    RandomBundle bundle = new RandomBundle(new Random(seed), 3);
    ObjectNode expected = JSON.createObjectNode();
    for (DataType dtype : DataType.values()) {
      if (!dtype.hasFixedSize() || dtype.number() > DataType.UINT64.number()) {
        continue;
      }
      for (TensorShape shape :
          List.of(TensorShape.SCALAR, TensorShape.of(0, 3), TensorShape.of(7, 5, 3))) {
        String name = dtype + "/" + shape;
        describe(expected, name, dtype, shape)
            .put("hex", HEX.formatHex(bundle.add(name, dtype, shape)));
      }
    }
    List<byte[]> strings =
        List.of(new byte[0], "h\u00e9".getBytes(StandardCharsets.UTF_8), new byte[100_000]);
    bundle.addStrings("strings", TensorShape.of(3), strings);
    ArrayNode texts =
        describe(expected, "strings", DataType.STRING, TensorShape.of(3)).putArray("strings");
    strings.forEach(string -> texts.add(HEX.formatHex(string)));
    addBlocks(expected, bundle);
    Files.createDirectories(directory.resolve("ours"));
    bundle.finish().writeTo(directory.resolve("ours"));
    Path description = directory.resolve("expected.json");
    JSON.writeValue(description.toFile(), expected);
    String prefix = directory.resolve("ours").resolve(RandomBundle.PREFIX).toString();
    Python.run(directory.resolve("log"), "read_bundle.py", prefix, description.toString());
  }

  private static ObjectNode describe(
      ObjectNode expected, String name, DataType dtype, TensorShape shape) {
    ObjectNode tensor = expected.putObject(name).put("dtype", dtype.number());
    shape.dims().forEach(tensor.putArray("shape")::add);
    return tensor;
  }

  /** A block that lies across the stored ones, for the types that TensorFlow reassembles. */
  private static void addBlocks(ObjectNode expected, RandomBundle bundle) throws Exception {
    TensorShape shape = TensorShape.of(7, 5, 3);
    TensorSlice slice =
        new TensorSlice(
            List.of(
                new TensorSlice.Extent(1, 5),
                new TensorSlice.Extent(2, 2),
                TensorSlice.Extent.FULL));
    for (Map.Entry<String, byte[]> tensor : bundle.values().entrySet()) {
      String name = tensor.getKey();
      DataType dtype = DataType.valueOf(name.substring(0, name.indexOf('/')));
      if (!name.endsWith(shape.toString()) || !dtype.sliceable()) {
        continue;
      }
      byte[] block = RandomBundle.block(tensor.getValue(), shape, slice, dtype.bytes());
      ((ObjectNode) expected.get(name))
          .putArray("blocks")
          .addObject()
          .put("spec", "7 5 3 " + slice)
          .put("hex", HEX.formatHex(block));
    }
  }

  @Test
  void readsNumbersOfBigEndianFiles() throws Exception {
    RandomBundle bundle = new RandomBundle(new Random(5), 2);
    TensorShape shape = TensorShape.of(4, 3);
    for (DataType dtype : List.of(DataType.INT32, DataType.COMPLEX64, DataType.BOOL)) {
      bundle.add(dtype + "/x", dtype, shape);
    }
    MemoryObjects objects = bundle.finish();
    String index = new BundleFiles(RandomBundle.PREFIX).index();
    TableWriter writer = new TableWriter();
    for (TableReader.Entry entry : TableReader.read(index, objects.get(index))) {
      byte[] header = BundleProtos.encode(new BundleProtos.Header(2, true));
      writer.add(entry.key(), entry.key().length == 0 ? header : entry.value());
    }
    objects.put(index, writer.finish());
    try (BundleReader reader = BundleReader.open(new BundleFiles(RandomBundle.PREFIX), objects)) {
      assertThat(reader.index().bigEndian()).isTrue();
      for (Map.Entry<String, byte[]> stored : bundle.values().entrySet()) {
        int width = stored.getKey().startsWith("BOOL") ? 1 : 4;
        ByteBuffer swapped = ByteBuffer.wrap(stored.getValue().clone());
        for (int at = 0; width == 4 && at < swapped.limit(); at += width) {
          swapped.putInt(at, Integer.reverseBytes(swapped.getInt(at)));
        }
        assertThat(ExpectedTensors.hex(reader.read(stored.getKey())))
            .isEqualTo(ExpectedTensors.hex(swapped));
      }
    }
  }
}
