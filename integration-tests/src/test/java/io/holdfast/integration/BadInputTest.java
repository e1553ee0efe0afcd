package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

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

/** Bad input: exit code 2, one line that names file, key and value, and nothing written. */
class BadInputTest {
  @TempDir Path directory;

  static Stream<Arguments> badJobs() {
    return Stream.of(
        Arguments.of("unknown key", "epochs: 1\n", "epochz: 1\n", List.of("epochz", "epochs")),
        Arguments.of(
            "wrong type", "batch_size: 8", "batch_size: many", List.of("data.batch_size", "many")),
        Arguments.of(
            "out of range", "batch_size: 8", "batch_size: 0", List.of("data.batch_size", "0")),
        Arguments.of("missing key", "loss: sparse_categorical_crossentropy\n", "", List.of("loss")),
        Arguments.of("unknown layer", "- flatten", "- flaten", List.of("flaten", "flatten")),
        Arguments.of(
            "unfit shapes",
            "shape: [4, 4, 1]",
            "shape: [5, 4, 1]",
            List.of("data.train.random.shape", "[5, 4, 1]")),
        Arguments.of("label out of range", "classes: 3", "classes: 11", List.of("classes", "11")),
        Arguments.of(
            "missing file",
            "random: {shape: [4, 4, 1], samples: 32, classes: 3}",
            "idx: {images: nowhere.gz, labels: nowhere.gz}",
            List.of("nowhere.gz")),
        Arguments.of("no job at all", "name: tiny", "[name: tiny", List.of("job.yaml")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badJobs")
  void saysInOneLineWhatIsWrongAndWritesNothing(
      String what, String good, String bad, List<String> named) throws Exception {
    assertThat(GOOD).contains(good);
    Files.writeString(directory.resolve("job.yaml"), GOOD.replace(good, bad));
    Holdfast.Result result = Holdfast.run(directory, "run", "job.yaml", "--dir", "run");
    assertRefused(result, named);
    assertThat(result.err()).contains("job.yaml");
  }

  /** The kernel gives EIO for the first bytes of that file. */
  @Test
  void aFileThatCannotBeReadIsNoBadInput() throws Exception {
    Path broken = Path.of("/proc/self/mem");
    assumeThat(broken).exists();
    Files.writeString(
        directory.resolve("job.yaml"),
        GOOD.replace(
            "random: {shape: [4, 4, 1], samples: 32, classes: 3}",
            "idx: {images: %s, labels: %s}".formatted(broken, broken)));
    Holdfast.Result result = Holdfast.run(directory, "run", "job.yaml", "--dir", "run");
    assertThat(result.exitCode()).as(result.all()).isEqualTo(4);
    assertThat(result.err())
        .isEqualToIgnoringNewLines(
            "holdfast: job.yaml: data.train.idx.images: "
                + broken
                + " is not readable: Input/output error");
    assertThat(directory.resolve("run")).doesNotExist();
  }

  @Test
  void overridesAreCheckedAsInTheFile() throws Exception {
    Files.writeString(directory.resolve("job.yaml"), GOOD);
    assertRefused(
        Holdfast.run(
            directory, "run", "job.yaml", "--dir", "run", "--set", "checkpoint.every_stepz=10"),
        List.of("--set", "checkpoint.every_stepz", "every_steps"));
    assertRefused(
        Holdfast.run(directory, "run", "job.yaml", "--dir", "run", "--set", "epochs=-1"),
        List.of("epochs", "-1"));
  }

  @Test
  void badUsageIsRefused() throws Exception {
    assertRefused(Holdfast.run(directory, "trian"), List.of("trian"));
    assertRefused(Holdfast.run(directory, "run"), List.of("JOB"));
    assertRefused(
        Holdfast.run(directory, "steps", "run", "--jason"),
        List.of("--jason", "--json", "steps --help"));
    assertRefused(
        Holdfast.run(directory, "show", "gopher://bucket/run"),
        List.of("gopher://bucket/run", "file:"));
    assertRefused(Holdfast.run(directory, "verify", "nowhere"), List.of("nowhere"));
    Files.writeString(directory.resolve("job.yaml"), GOOD);
    assertRefused(
        Holdfast.run(directory, "run", "job.yaml", "--dir", "run", "--workers", "99"),
        List.of("--workers", "99", "1 to"));
    assertRefused(
        Holdfast.run(directory, "coordinator", "job.yaml", "--dir", "run", "--listen", "0.0.0.0:0"),
        List.of("--listen", "--insecure"));
  }

  @Test
  void everyCommandHelps() throws Exception {
    for (String command :
        List.of(
            "run",
            "coordinator",
            "worker",
            "status",
            "workers",
            "steps",
            "show",
            "verify",
            "tensors",
            "diff",
            "du",
            "reshard",
            "archive",
            "unarchive",
            "repair",
            "pin",
            "unpin",
            "prune",
            "evaluate")) {
      Holdfast.Result help = Holdfast.run(directory, command, "--help");
      assertThat(help.exitCode()).as(help.all()).isZero();
      assertThat(help.out()).contains("Usage: holdfast " + command).contains("Examples:");
    }
  }

  @Test
  void nobodyAnsweringIsUnreachable() throws Exception {
    Holdfast.Result result =
        Holdfast.run(directory, "status", "--coordinator", "127.0.0.1:1", "--json");
    assertThat(result.exitCode()).as(result.all()).isEqualTo(4);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
  }

  private void assertRefused(Holdfast.Result result, List<String> named) throws IOException {
    assertThat(result.exitCode()).as(result.all()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).as(result.err()).hasSize(1);
    assertThat(result.err()).startsWith("holdfast: ").contains(named);
    assertThat(directory.resolve("run")).doesNotExist();
  }

  private static final String GOOD =
      """
      name: tiny
      seed: 1
      model:
        input: [4, 4, 1]
        layers:
          - flatten
          - dense: {units: 3, activation: softmax}
      loss: sparse_categorical_crossentropy
      optimizer: {adam: {learning_rate: 0.01}}
      metrics: [accuracy]
      data:
        batch_size: 8
        shuffle: true
        train: {random: {shape: [4, 4, 1], samples: 32, classes: 3}}
      epochs: 1
      mesh: {shards: 2, model: 1, threads: 1, isa: avx2}
      checkpoint: {every_steps: 2}
      """;
}
