package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Compares a checkpoint with a description of its tensors: type, shape, bytes or strings. */
final class ExpectedTensors {

  private ExpectedTensors() {}

  /** The checkpoint has the tensors described, with these very values. */
  static void check(BundleReader reader, JsonNode expected) throws Exception {
    List<String> names = new ArrayList<>();
    expected.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      JsonNode tensor = expected.get(name);
      BundleEntry entry = reader.index().entry(name).orElseThrow(() -> new AssertionError(name));
      assertThat(entry.dtype().number()).as(name).isEqualTo(tensor.get("dtype").asInt());
      List<Long> dims = new ArrayList<>();
      tensor.get("shape").forEach(dim -> dims.add(dim.asLong()));
      assertThat(entry.shape().dims()).as(name).isEqualTo(dims);
      if (tensor.has("strings")) {
        List<String> strings = new ArrayList<>();
        tensor.get("strings").forEach(string -> strings.add(string.asText()));
        assertThat(reader.readStrings(name))
            .as(name)
            .extracting(bytes -> HexFormat.of().formatHex(bytes))
            .isEqualTo(strings);
      } else {
        assertThat(hex(reader.read(name))).as(name).isEqualTo(tensor.get("hex").asText());
      }
    }
  }

  static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
