package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that Python's TensorFlow, 1.1 to 2.14, wrote; some have Snappy-compressed indexes. */
class PythonFilesTest {

  private static final Path DIRECTORY = Path.of("src/test/resources/golden/python");

  /**
   * The two that are not canonical have Snappy-compressed blocks, which this program reads only.
   */
  @ParameterizedTest
  @CsvSource({
    "saved_model_counter, true",
    "saved_model_half_plus_three, true",
    "saved_model_half_plus_two_cpu, false",
    "saved_model_half_plus_two_mkl, true",
    "saved_model_half_plus_two_tf2_cpu, false",
    "tf_text_regression, true",
  })
  void readsThem(String model, boolean canonical) throws Exception {
    JsonNode expected =
        new ObjectMapper().readTree(DIRECTORY.resolve("expected.json").toFile()).get(model);
    MemoryObjects objects = MemoryObjects.of(DIRECTORY.resolve(model));
    BundleFiles files = new BundleFiles("variables");
    try (BundleReader reader = BundleReader.open(files, objects)) {
      assertThat(reader.index().entries()).hasSize(expected.size());
      ExpectedTensors.check(reader, expected);
      byte[] index = BundleReader.readIndex(files, objects);
      assertThat(reader.index().isCanonical(index)).isEqualTo(canonical);
    }
    List<Finding> findings = new ArrayList<>();
    BundleVerifier.verify(files, objects, BundleVerifier.Origin.ANY, findings::add);
    assertThat(findings).isEmpty();
  }
}
