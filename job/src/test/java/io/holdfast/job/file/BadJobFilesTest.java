package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private static final String MAX_DIM = "16777216";

  @TempDir private Path directory;

  private static Arguments bad(String part, String instead, String line) {
    return Arguments.of(part, instead, line);
  }

  static Stream<Arguments> keys() {
    return Stream.of(
        bad(
            "optimizer:",
            "optimiser:",
            "optimiser: unknown key `optimiser`; did you mean `optimizer`?"),
        bad("seed:", "Seed:", "Seed: unknown key `Seed`; did you mean `seed`?"),
        bad(
            "filters:",
            "filter:",
            "model.layers[0].conv2d.filter: unknown key `filter`; did you mean `filters`?"),
        bad(
            "conv2d:",
            "conv3d:",
            "model.layers[0].conv3d: unknown layer `conv3d`; did you mean `conv2d`?"),
        bad(
            "- flatten",
            "- flaten",
            "model.layers[2]: unknown layer `flaten`; did you mean `flatten`?"),
        bad(
            "- flatten",
            "- zzzzzzzzzz",
            "model.layers[2]: unknown layer `zzzzzzzzzz`; allowed: activation, conv2d, dense, dropout, flatten, max_pooling2d"),
        bad("{adam:", "{adma:", "optimizer.adma: unknown optimizer `adma`; did you mean `adam`?"),
        bad(
            "learning_rate:",
            "lerning_rate:",
            "optimizer.adam.lerning_rate: unknown key `lerning_rate`; did you mean `learning_rate`?"),
        bad(
            "batch_size:",
            "batchsize:",
            "data.batchsize: unknown key `batchsize`; did you mean `batch_size`?"),
        bad("shards:", "shard:", "mesh.shard: unknown key `shard`; did you mean `shards`?"),
        bad(
            "every_steps:",
            "every_step:",
            "checkpoint.every_step: unknown key `every_step`; did you mean `every_steps`?"),
        bad(
            "monitor:",
            "monitors:",
            "checkpoint.save_best.monitors: unknown key `monitors`; did you mean `monitor`?"),
        bad("seed: 42", "seed: 42\nseed: 43", "seed: line 3, column 1: stands twice"),
        bad(
            "units: 10,",
            "units: 10, units: 11,",
            "model.layers[4].dense.units: line 10, column 26: stands twice"),
        bad(
            "loss: sparse_categorical_crossentropy\n",
            "",
            "loss: missing; one of categorical_crossentropy, mean_squared_error, sparse_categorical_crossentropy is needed"),
        bad(
            "optimizer: {adam: {learning_rate: 0.001}}\n",
            "",
            "optimizer: missing; one of adam, sgd is needed"),
        bad("epochs: 3\n", "", "epochs: missing; epochs, steps or both are needed"),
        bad(
            "  input: [8, 8, 1]\n",
            "",
            "model.input: missing; a list of 1 to 7 dimensions such as [28, 28, 1] is needed"),
        bad(
            "filters: 4, ",
            "",
            "model.layers[0].conv2d.filters: missing; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "kernel_size: 3, ",
            "",
            "model.layers[0].conv2d.kernel_size: missing; an integer or a list of two is needed"),
        bad(
            "{units: 10, activation: softmax}",
            "",
            "model.layers[4].dense.units: missing; an integer from 1 to " + MAX_DIM + " is needed"),
        bad(
            "{rate: 0.5}",
            "{}",
            "model.layers[3].dropout.rate: missing; a number from 0 and below 1 is needed"),
        bad(
            "monitor: val_loss, ",
            "",
            "checkpoint.save_best.monitor: missing; the name of a metric such as val_loss is needed"),
        bad(
            "  train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}\n",
            "",
            "data.train: missing; a map with idx or random is needed"),
        bad(
            "samples: 100, ",
            "",
            "data.train.random.samples: missing; an integer from 1 to 2147483639 is needed"));
  }

  static Stream<Arguments> values() {
    return Stream.of(
        bad(
            "units: 10",
            "units: 0",
            "model.layers[4].dense.units: 0 is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "units: 10",
            "units: ten",
            "model.layers[4].dense.units: \"ten\" is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "units: 10",
            "units: 10.5",
            "model.layers[4].dense.units: 10.5 is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "units: 10",
            "units: 99999999999999999999",
            "model.layers[4].dense.units: 99999999999999999999 is not allowed; an integer from 1 to "
                + MAX_DIM
                + " is needed"),
        bad(
            "kernel_size: 3",
            "kernel_size: [3]",
            "model.layers[0].conv2d.kernel_size: [3] is not allowed; an integer from 1 to 16384 or a list of two is needed"),
        bad(
            "kernel_size: 3",
            "kernel_size: [3, -1]",
            "model.layers[0].conv2d.kernel_size[1]: -1 is not allowed; an integer from 1 to 16384 is needed"),
        bad(
            "activation: relu",
            "activation: rely",
            "model.layers[0].conv2d.activation: unknown name `rely`; did you mean `relu`?"),
        bad(
            "activation: relu",
            "activation: 1",
            "model.layers[0].conv2d.activation: 1 is not allowed; one of linear, relu, sigmoid, softmax, tanh is needed"),
        bad(
            "activation: relu",
            "activation: relu, padding: sam",
            "model.layers[0].conv2d.padding: unknown name `sam`; did you mean `same`?"),
        bad(
            "activation: relu",
            "activation: relu, use_bias: 1",
            "model.layers[0].conv2d.use_bias: 1 is not allowed; true or false is needed"),
        bad(
            "activation: relu",
            "activation: relu, name: a/b",
            "model.layers[0].conv2d.name: \"a/b\" is not allowed; a name of 1 to 128 letters, digits, _, - and . is needed"),
        bad(
            "activation: relu",
            "activation: relu, name: dense",
            "model.layers[4].dense.name: \"dense\" is the name of another layer; names must differ"),
        bad(
            "rate: 0.5",
            "rate: 1.0",
            "model.layers[3].dropout.rate: 1.0 is not allowed; a number from 0 and below 1 is needed"),
        bad(
            "rate: 0.5",
            "rate: .nan",
            "model.layers[3].dropout.rate: \".nan\" is not allowed; a number from 0 and below 1 is needed"),
        bad(
            "input: [8, 8, 1]",
            "input: 64",
            "model.input: 64 is not allowed; a list of 1 to 7 dimensions such as [28, 28, 1] is needed"),
        bad(
            "input: [8, 8, 1]",
            "input: [8, 0, 1]",
            "model.input[1]: 0 is not allowed; an integer from 1 to " + MAX_DIM + " is needed"),
        bad(
            "input: [8, 8, 1]",
            "input: [16777216, 16777216]",
            "model.input: [16777216,16777216] is not allowed; a shape of at most 2147483647 elements is needed"),
        bad(
            "- flatten",
            "- {flatten: {}, dropout: {}}",
            "model.layers[2]: {\"flatten\":{},\"dropout\":{}} is not allowed; one layer (activation, conv2d, dense, dropout, flatten, max_pooling2d) is needed"),
        bad(
            "loss: sparse_categorical_crossentropy",
            "loss: sparse_categorical_cross_entropy",
            "loss: unknown name `sparse_categorical_cross_entropy`; did you mean `sparse_categorical_crossentropy`?"),
        bad(
            "learning_rate: 0.001",
            "learning_rate: 0",
            "optimizer.adam.learning_rate: 0 is not allowed; a number above 0 and up to 1000000 is needed"),
        bad(
            "learning_rate: 0.001",
            "learning_rate: \"fast\"",
            "optimizer.adam.learning_rate: \"fast\" is not allowed; a number above 0 and up to 1000000 is needed"),
        bad(
            "learning_rate: 0.001",
            "beta_1: 1",
            "optimizer.adam.beta_1: 1 is not allowed; a number from 0 and below 1 is needed"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{adam: {}, sgd: {}}",
            "optimizer: {\"adam\":{},\"sgd\":{}} is not allowed; one optimizer (adam, sgd) is needed"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{adam: 0.001}",
            "optimizer.adam: 0.001 is not allowed; a map is needed"),
        bad(
            "{adam: {learning_rate: 0.001}}",
            "{sgd: {nesterov: true}}",
            "optimizer.sgd.nesterov: true is not allowed without a momentum"),
        bad(
            "metrics: [accuracy]",
            "metrics: accuracy",
            "metrics: \"accuracy\" is not allowed; a list such as [accuracy] is needed"),
        bad(
            "metrics: [accuracy]",
            "metrics: [acuracy]",
            "metrics[0]: unknown name `acuracy`; did you mean `accuracy`?"),
        bad(
            "metrics: [accuracy]",
            "metrics: [accuracy, accuracy]",
            "metrics[1]: \"accuracy\" stands twice"),
        bad(
            "batch_size: 16",
            "batch_size: 0",
            "data.batch_size: 0 is not allowed; an integer from 1 to 16777216 is needed"),
        bad(
            "shuffle: true",
            "shuffle: yes",
            "data.shuffle: \"yes\" is not allowed; true or false is needed"),
        bad(
            "epochs: 3",
            "epochs: 0",
            "epochs: 0 is not allowed; an integer from 1 to 1000000000 is needed"),
        bad(
            "epochs: 3",
            "steps: -1",
            "steps: -1 is not allowed; an integer from 1 to 281474976710656 is needed"),
        bad(
            "shards: 4",
            "shards: 0",
            "mesh.shards: 0 is not allowed; an integer from 1 to 4096 is needed"),
        bad(
            "model: 1,",
            "model: 2,",
            "mesh.model: 2 is not in this release; only 1 is (no model parallelism)"),
        bad(
            "isa: avx2",
            "isa: avx512",
            "mesh.isa: \"avx512\" is not in this release; only avx2 is"),
        bad("isa: avx2", "isa: sse", "mesh.isa: unknown name `sse`; allowed: avx2, avx512"),
        bad(
            "max_to_keep: 3",
            "max_to_keep: 0",
            "checkpoint.max_to_keep: 0 is not allowed; an integer from 1 to 1000000 is needed"),
        bad(
            "max_to_keep: 3",
            "every_secs: 0",
            "checkpoint.every_secs: 0 is not allowed; a number from 0.001 and up to 316224000 is needed"),
        bad(
            "mode: min",
            "mode: low",
            "checkpoint.save_best.mode: unknown name `low`; allowed: auto, max, min"),
        bad(
            "checkpoint:\n",
            "checkpoint: 7\nother:\n",
            "other: unknown key `other`; allowed: checkpoint, data, epochs, loss, mesh, metrics, model, name, optimizer, seed, steps"),
        bad(
            "name: good",
            "name: [a]",
            "name: [\"a\"] is not allowed; a name of 1 to 128 printable characters is needed"),
        bad(
            "name: good",
            "name: \"a\\nb\"",
            "name: \"a?b\" is not allowed; a name of 1 to 128 printable characters is needed"),
        bad(
            "seed: 42",
            "seed: 9223372036854775808",
            "seed: 9223372036854775808 is not allowed; an integer from -9223372036854775808 to 9223372036854775807 is needed"));
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
            "model.layers[5].dense: the layer's input has shape [16777216]; the kernel would have more than 2147483647 elements is needed"
                .replace(" is needed", "")),
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
            "data.train.random.classes: integer labels need the loss sparse_categorical_crossentropy, but the loss is categorical_crossentropy"),
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
            "train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}",
            "train: {csv: a.csv}",
            "data.train.csv: csv data are not in this release; use idx or random"),
        bad(
            "train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}",
            "train: {scale: 2}",
            "data.train: exactly one of idx and random is needed"),
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
  @MethodSource({"keys", "values", "parts", "texts"})
  void isToldInOneLine(String part, String instead, String line) throws IOException {
    assertThat(GOOD).contains(part);
    Path file = directory.resolve("job.yaml");
    Files.writeString(
        file,
        GOOD.replaceFirst(
            java.util.regex.Pattern.quote(part),
            java.util.regex.Matcher.quoteReplacement(instead)));

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
    assertThat(told(directory)).isEqualTo(directory + ": not readable: Is a directory");
  }

  private static String told(Path file) {
    return catchThrowableOfType(JobException.class, () -> JobFile.read(file, List.of()))
        .getMessage();
  }
}
