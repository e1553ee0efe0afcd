package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that TensorFlow 2.18 wrote: read right, and their indexes written again byte for byte. */
class GoldenFilesTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final HexFormat HEX = HexFormat.of();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tf218/tiny/ckpt",
        "tf218/dtypes/ckpt",
        "tf218/sharded/ckpt-5",
        "tf218/restarts/ckpt",
        "tf218/objgraph/ckpt-3",
        "hand/hand_v1/variables/variables",
        "hand/hand_v2/variables/variables",
      })
  void readsEveryValueAsTensorFlowDoes(String prefix) throws Exception {
    JsonNode description = description().get(prefix);
    int tensors = 0;
    try (BundleReader reader = open(prefix)) {
      for (JsonNode expected : description.get("entries")) {
        if (expected.has("name")) {
          checkTensor(reader, expected);
          tensors++;
        } else {
          checkSlice(reader.index(), expected);
        }
      }
      assertThat(reader.index().entries()).hasSize(tensors);
    }
  }

  private static void checkTensor(BundleReader reader, JsonNode expected) throws Exception {
    String name = expected.get("name").asText();
    BundleEntry entry = reader.index().entry(name).orElseThrow();
    assertThat(entry.dtype().number()).isEqualTo(expected.get("dtype").asInt());
    assertThat(entry.shape()).isEqualTo(shape(expected));
    if (!entry.isPartitioned()) {
      StoredSlice piece = entry.pieces().get(0);
      assertThat(piece.shard()).isEqualTo(expected.get("shard").asInt());
      assertThat(piece.offset()).isEqualTo(expected.get("offset").asLong());
      assertThat(piece.size()).isEqualTo(expected.get("size").asLong());
      assertThat(MaskedCrc32c.hex(piece.maskedCrc()))
          .isEqualTo(expected.get("masked_crc32c").asText());
    }
    if (entry.dtype() == DataType.STRING) {
      checkStrings(expected, described(entry, reader.readStrings(name)));
      return;
    }
    ByteBuffer buffer = reader.read(name);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    if (expected.has("le_bytes_hex")) {
      assertThat(HEX.formatHex(bytes)).isEqualTo(expected.get("le_bytes_hex").asText());
    }
    assertThat(sha256(bytes)).isEqualTo(expected.get("sha256_le_bytes").asText());
  }

  private static void checkStrings(JsonNode expected, byte[] netstrings) throws Exception {
    if (expected.has("strings_netstring_hex")) {
      assertThat(HEX.formatHex(netstrings))
          .isEqualTo(expected.get("strings_netstring_hex").asText());
    } else {
      assertThat(sha256(netstrings)).isEqualTo(expected.get("sha256_strings").asText());
    }
  }

  private static void checkSlice(BundleIndex index, JsonNode expected) {
    String key = expected.get("slice_key_hex").asText();
    List<StoredSlice> found = new ArrayList<>();
    for (BundleEntry entry : index.entries().values()) {
      for (StoredSlice piece : entry.pieces()) {
        if (HEX.formatHex(OrderedCode.sliceKey(entry.name(), piece.slice())).equals(key)) {
          found.add(piece);
        }
      }
    }
    assertThat(found).hasSize(1);
    assertThat(found.get(0).shard()).isEqualTo(expected.get("shard").asInt());
    assertThat(found.get(0).offset()).isEqualTo(expected.get("offset").asLong());
    assertThat(found.get(0).size()).isEqualTo(expected.get("size").asLong());
    assertThat(MaskedCrc32c.hex(found.get(0).maskedCrc()))
        .isEqualTo(expected.get("masked_crc32c").asText());
  }

  @Test
  void readsAnIndexOfSeveralBlocks() throws Exception {
    JsonNode description = description().get("tf218/blocks/ckpt");
    try (BundleReader reader = open("tf218/blocks/ckpt")) {
      assertThat(reader.index().entries()).hasSize(description.get("n_entries").asInt());
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : reader.index().entries().keySet()) {
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(reader.read(name));
      }
      assertThat(HEX.formatHex(digest.digest()))
          .isEqualTo(description.get("sha256_of_name_nul_value_in_key_order").asText());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tf218/tiny/ckpt",
        "tf218/dtypes/ckpt",
        "tf218/sharded/ckpt-5",
        "tf218/restarts/ckpt",
        "tf218/blocks/ckpt",
        "tf218/objgraph/ckpt-3",
        "tf218/sharded_parts/part-00000-of-00003",
        "tf218/sharded_parts/part-00001-of-00003",
        "tf218/sharded_parts/part-00002-of-00003",
        "hand/hand_v1/variables/variables",
        "hand/hand_v2/variables/variables",
      })
  void writesTheSameIndexAsTensorFlow(String prefix) throws Exception {
    if (prefix.contains("sharded_parts")) {
      // A part's slices do not tile their tensors before the parts are merged.
      rewritesTable(prefix);
      return;
    }
    BundleFiles files = files(prefix);
    byte[] bytes = BundleReader.readIndex(files, objects(prefix));
    BundleIndex index = BundleIndex.parse(files.index(), bytes);
    assertThat(index.encode()).isEqualTo(bytes);
    assertThat(index.isCanonical(bytes)).isTrue();
    rewritesTable(prefix);
  }

  private static void rewritesTable(String prefix) throws Exception {
    BundleFiles files = files(prefix);
    byte[] bytes = BundleReader.readIndex(files, objects(prefix));
    TableWriter writer = new TableWriter();
    TableReader.read(files.index(), bytes).forEach(e -> writer.add(e.key(), e.value()));
    assertThat(writer.finish()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tf218/tiny/ckpt",
        "tf218/dtypes/ckpt",
        "tf218/sharded/ckpt-5",
        "tf218/restarts/ckpt",
        "tf218/blocks/ckpt",
        "tf218/objgraph/ckpt-3",
        "hand/hand_v1/variables/variables",
        "hand/hand_v2/variables/variables",
      })
  void findsNothingWrongWithThem(String prefix) throws Exception {
    List<Finding> findings = new ArrayList<>();
    BundleVerifier.verify(
        files(prefix), objects(prefix), BundleVerifier.Origin.HOLDFAST, findings::add);
    assertThat(findings).isEmpty();
  }

  @Test
  void buildsTheSameIndexOfPiecesInAnyOrder() throws Exception {
    for (String prefix : List.of("tf218/sharded/ckpt-5", "tf218/objgraph/ckpt-3")) {
      BundleFiles files = files(prefix);
      byte[] bytes = BundleReader.readIndex(files, objects(prefix));
      BundleIndex index = BundleIndex.parse(files.index(), bytes);
      BundleIndexBuilder builder = BundleIndex.builder(index.shards());
      List<BundleEntry> entries = new ArrayList<>(index.entries().values());
      Collections.reverse(entries);
      for (BundleEntry entry : entries) {
        List<StoredSlice> pieces = new ArrayList<>(entry.pieces());
        Collections.reverse(pieces);
        pieces.forEach(piece -> builder.add(piece.shard(), written(entry, piece)));
      }
      assertThat(builder.build().encode()).isEqualTo(bytes);
    }
  }

  private static WrittenPiece written(BundleEntry entry, StoredSlice piece) {
    return new WrittenPiece(
        entry.name(),
        entry.dtype(),
        entry.shape(),
        piece.slice(),
        piece.offset(),
        piece.size(),
        piece.maskedCrc());
  }

  private static JsonNode description() throws IOException {
    return new ObjectMapper().readTree(GOLDEN.resolve("description.json").toFile());
  }

  private static BundleReader open(String prefix) throws Exception {
    return BundleReader.open(files(prefix), objects(prefix));
  }

  private static BundleFiles files(String prefix) {
    return new BundleFiles(Path.of(prefix).getFileName().toString());
  }

  private static MemoryObjects objects(String prefix) throws IOException {
    return MemoryObjects.of(GOLDEN.resolve(prefix).getParent());
  }

  private static TensorShape shape(JsonNode expected) {
    List<Long> dims = new ArrayList<>();
    expected.get("shape").forEach(dim -> dims.add(dim.asLong()));
    return new TensorShape(dims);
  }

  /** As the description has strings: a scalar's bytes, or each string behind its length. */
  private static byte[] described(BundleEntry entry, List<byte[]> strings) {
    if (entry.shape().rank() == 0) {
      return strings.get(0);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] string : strings) {
      out.writeBytes((string.length + ":").getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(string);
    }
    return out.toByteArray();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
