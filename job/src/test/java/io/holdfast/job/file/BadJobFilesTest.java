package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each wrong job file is told in one line: file, key, value, what is allowed. */
final class BadJobFilesTest {
  static final String GOOD =
      """
      name: good
      seed: 42
      model:
        input: [8, 8, 1]
        layers:
          - conv2d: {filters: 4, kernel_size: 3, activation: relu}
          - max_pooling2d
          - flatten
          - dropout: {rate: 0.5}
          - dense: {units: 10, activation: softmax}
      loss: sparse_categorical_crossentropy
      optimizer: {adam: {learning_rate: 0.001}}
      metrics: [accuracy]
      data:
        batch_size: 16
        shuffle: true
        train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}
        validation: {random: {shape: [8, 8, 1], samples: 20, classes: 10}}
      epochs: 3
      mesh: {shards: 4, model: 1, threads: 1, isa: avx2}
      checkpoint:
        every_steps: 100
        max_to_keep: 3
        save_best: {monitor: val_loss, mode: min}
      """;

  @TempDir private Path directory;

  static Arguments bad(String part, String instead, String line) {
    return Arguments.of(part, instead, line);
  }

  static Stream<Arguments> parts() {
    return Stream.of(
        bad(
            "kernel_size: 3",
            "kernel_size: 9",
            "model.layers[0].conv2d: the layer's input has shape [8, 8, 1]; kernel_size [9, 9] must not be larger (or set padding: same)"),
        bad(
            "kernel_size: 3",
            "kernel_size: 8",
            "model.layers[1].max_pooling2d: the layer's input has shape [1, 1, 4]; pool_size [2, 2] must not be larger (or set padding: same)"),
        bad(
            "    - conv2d",
            "    - flatten\n    - conv2d",
            "model.layers[1].conv2d: the layer's input has shape [64]; [height, width, channels] is needed"),
        bad(
            "relu}\n    - max_pooling2d\n    - flatten\n    - dropout: {rate: 0.5}\n    - dense: {",
            "relu, trainable: false}\n    - flatten\n    - dense: {trainable: false, ",
            "model.layers: every layer with weights has trainable: false, so there is nothing to train (at least one needs trainable: true)"),
        bad(
            "    - flatten\n",
            "",
            "loss: sparse_categorical_crossentropy needs an output of shape [classes], but the model's output is [3, 3, 10]"),
        bad(
            ", activation: softmax",
            "",
            "loss: sparse_categorical_crossentropy needs probabilities, but the last layer's activation is not softmax"),
        bad(
            "units: 10, activation: softmax",
            "units: 16777216, activation: softmax}\n    - dense: {units: 16777216, activation: softmax",
            "model.layers[5].dense: the layer's input has shape [16777216]; the kernel would have more than 2147483647 elements"),
        bad(
            "units: 10",
            "units: 9",
            "data.train.random.classes: 10 does not fit the model's output, which has 9 units; labels must be below the number of units"),
        bad(
            "train: {random: {shape: [8, 8, 1]",
            "train: {random: {shape: [8, 8]",
            "data.train.random.shape: [8, 8] does not fit model.input, which is [8, 8, 1]"),
        bad(
            "samples: 20, classes: 10",
            "samples: 20",
            "data.validation.random: exactly one of classes and target is needed"),
        bad(
            "samples: 20, classes: 10",
            "samples: 20, target: [10]",
            "data.validation.random.target: sparse_categorical_crossentropy needs labels; use classes instead of target"),
        bad(
            "loss: sparse_categorical_crossentropy",
            "loss: categorical_crossentropy",
            "data.train.random.classes: integer labels need the loss sparse_categorical_crossentropy (or binary_crossentropy with one output), but the loss is categorical_crossentropy"),
        bad(
            "loss: sparse_categorical_crossentropy",
            "loss: mean_squared_error",
            "metrics[0]: accuracy needs a cross-entropy loss, but the loss is mean_squared_error"),
        bad(
            "monitor: val_loss",
            "monitor: val_los",
            "checkpoint.save_best.monitor: \"val_los\" is not a metric of this job; it has loss, accuracy, val_loss, val_accuracy"),
        bad(
            "  validation: {random: {shape: [8, 8, 1], samples: 20, classes: 10}}\n",
            "",
            "checkpoint.save_best.monitor: \"val_loss\" is not a metric of this job; it has loss, accuracy (val_... needs data.validation)"),
        bad(
            "train: {random:",
            "train: {scale: 255, random:",
            "data.train.scale: not allowed with random data, which lie in [0, 1)"),
        bad(
            "loss: sparse_categorical_crossentropy",
            "loss: binary_crossentropy",
            "loss: binary_crossentropy needs probabilities, but the last layer's activation is not sigmoid"),
        bad(
            "metrics: [accuracy]",
            "metrics: [accuracy, mean_squared_error]",
            "metrics[1]: mean_squared_error needs targets of the output's shape, but the loss is sparse_categorical_crossentropy"),
        bad(
            "- flatten",
            "- reshape: {target_shape: [35]}",
            "model.layers[2].reshape: the layer's input has shape [3, 3, 4]; target_shape [35] must have as many elements, which are 36"),
        bad(
            "- flatten",
            "- reshape: {target_shape: [5, -1]}",
            "model.layers[2].reshape: the layer's input has shape [3, 3, 4]; target_shape [5, -1] must have as many elements, which are 36"),
        bad(
            "- flatten",
            "- flatten\n    - global_average_pooling2d",
            "model.layers[3].global_average_pooling2d: the layer's input has shape [36]; [height, width, channels] is needed"),
        bad(
            "max_pooling2d",
            "average_pooling2d: {pool_size: 7}",
            "model.layers[1].average_pooling2d: the layer's input has shape [6, 6, 4]; pool_size [7, 7] must not be larger (or set padding: same)"),
        bad(
            "train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}",
            "train: {parquet: a.parquet}",
            "data.train.parquet: parquet data are not in this release; use idx, csv or random"),
        bad(
            "train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}",
            "train: {scale: 2}",
            "data.train: exactly one of idx, csv and random is needed"),
        bad(
            "  input: [8, 8, 1]",
            "  keras: model.json",
            "model.keras: Keras model files are not in this release; state input and layers"));
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        bad(GOOD, "", "a job file must be a map with model, loss, optimizer, data, ..."),
        bad(GOOD, "[1, 2]", "a job file must be a map with model, loss, optimizer, data, ..."),
        bad(GOOD, "a: [1, 2", "line 1, column 9: expected ',' or ']', but got <stream end>"),
        bad(GOOD, GOOD + "---\na: 1\n", "line 26, column 1: a second document is not allowed"),
        bad(
            "seed: 42",
            "seed: &s 42\nsteps: *s",
            "steps: line 3, column 8: aliases (*name) are not allowed; write the value out"),
        bad(
            "seed: 42",
            "seed: !!binary aGk=",
            "seed: line 2, column 7: only maps, lists, text, numbers and true/false"),
        bad("seed: 42", "seed: " + "[".repeat(40) + "]".repeat(40), "nested deeper than 32"));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource({
    "io.holdfast.job.file.BadJobKeys#keys",
    "io.holdfast.job.file.BadJobKeys#values",
    "parts",
    "texts"
  })
  void isToldInOneLine(String part, String instead, String line) throws IOException {
    assertThat(GOOD).contains(part);
    Path file = directory.resolve("job.yaml");
    Files.writeString(
        file, GOOD.replaceFirst(Pattern.quote(part), Matcher.quoteReplacement(instead)));

    JobException told = catchThrowableOfType(JobException.class, () -> JobFile.read(file));

    assertThat(told).isNotNull();
    assertThat(told).hasMessage(file + ": " + line);
  }

  @Test
  void goodIsGood() throws Exception {
    Path file = directory.resolve("job.yaml");
    Files.writeString(file, GOOD);

    assertThat(JobFile.read(file).name()).isEqualTo("good");
  }

  @Test
  void fileItselfMayBeAtFault() throws IOException {
    Path missing = directory.resolve("none.yaml");
    Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0, 1});
    Path large = Files.write(directory.resolve("large.yaml"), new byte[(1 << 20) + 1]);

    assertThat(told(missing)).isEqualTo(missing + ": no such file");
    assertThat(told(binary)).isEqualTo(binary + ": not UTF-8 text");
    assertThat(told(large)).isEqualTo(large + ": larger than 1048576 bytes");
    assertThat(told(directory)).isEqualTo(directory + ": a directory, not a file");
  }

  private static String told(Path file) {
    return catchThrowableOfType(JobException.class, () -> JobFile.read(file, List.of()))
        .getMessage();
  }
}
