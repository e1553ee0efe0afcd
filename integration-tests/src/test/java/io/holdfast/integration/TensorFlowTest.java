package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.store.LocalStore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The first steps of the example on MNIST, and what real TensorFlow makes of its checkpoints. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TensorFlowTest {
  private static final int STEPS = 12;
  private static final Path EXAMPLE = Holdfast.PROJECT.resolve("examples/mnist/cnn.yaml");
  private static final Path TENSORFLOW = Path.of(System.getProperty("holdfast.tensorflow"));

  @TempDir static Path directory;

  private Path run;
  private JsonNode shown;

  @BeforeAll
  void trainAFewSteps() throws Exception {
    run = directory.resolve("run");
    Holdfast.Result result =
        Holdfast.run(
            directory,
            "run",
            EXAMPLE.toString(),
            "--dir",
            run.toString(),
            "--set",
            "steps=" + STEPS,
            "--set",
            "data.shuffle=false",
            "--set",
            "checkpoint.every_steps=1",
            "--set",
            "checkpoint.async=false",
            "--set",
            "checkpoint.writers=2",
            "--set",
            "checkpoint.max_to_keep=" + (STEPS + 1));
    assertThat(result.exitCode()).as(result.all()).isZero();
    shown = Holdfast.run(directory, "show", run.toString(), "--json").json();
  }

  @Test
  void offlineCommandsAgreeWithTheDisk() throws Exception {
    JsonNode steps = Holdfast.run(directory, "steps", run.toString(), "--json").json();
    assertThat(steps.get("latest").asLong()).isEqualTo(STEPS);
    for (JsonNode step : steps.get("steps")) {
      if (!List.of("COMMITTED", "VERIFIED").contains(step.get("state").asText())) {
        continue;
      }
      String prefix = step.get("prefix").asText();
      assertThat(run.resolve(prefix + ".index")).exists();
      long bytes = 0;
      List<String> files = RunFiles.startingWith(run, prefix + ".");
      for (String file : files) {
        bytes += Files.size(run.resolve(file));
      }
      assertThat(step.get("bytes").asLong()).isEqualTo(bytes);
      assertThat(step.get("shards").asInt()).isEqualTo(files.size() - 1);
    }
    assertThat(shown.get("step").asLong()).isEqualTo(STEPS);
    assertThat(shown.get("job").get("name").asText()).isEqualTo("mnist-cnn");
    Holdfast.Result verified = Holdfast.run(directory, "verify", run.toString(), "--all", "--json");
    assertThat(verified.exitCode()).as(verified.all()).isZero();
    assertThat(verified.json().get("ok").asBoolean()).isTrue();
  }

  @Test
  void evaluateComputesTheMetricsThatTheRunMeasured() throws Exception {
    Holdfast.Result evaluated =
        Holdfast.run(directory, "evaluate", EXAMPLE.toString(), run.toString(), "--json");
    assertThat(evaluated.exitCode()).as(evaluated.all()).isZero();
    JsonNode metrics = shown.get("metrics");
    assertThat(evaluated.json().get("loss").asDouble())
        .isEqualTo(metrics.get("val_loss").asDouble(), within(1e-12));
    assertThat(evaluated.json().get("accuracy").asDouble())
        .isEqualTo(metrics.get("val_accuracy").asDouble(), within(1e-12));
  }

  @Test
  void tensorFlowJavaReadsEveryTensorAsWritten() throws Exception {
    assertReadAsWritten(run, shown.get("prefix").asText());
  }

  @Test
  void tensorFlowJavaReadsAReshardedCheckpoint() throws Exception {
    Path copy = directory.resolve("resharded");
    Holdfast.Result resharded =
        Holdfast.run(
            directory,
            "reshard",
            run.toString(),
            "latest",
            "--to",
            copy.toString(),
            "--shards",
            "4",
            "--json");
    assertThat(resharded.exitCode()).as(resharded.all()).isZero();
    assertReadAsWritten(copy, resharded.json().get("prefix2").asText());
  }

  private static void assertReadAsWritten(Path run, String prefix) throws Exception {
    Path source =
        Path.of(TensorFlowTest.class.getResource("/tensorflow/ReadCheckpoint.java").toURI());
    Holdfast.Result read =
        Holdfast.startProcess(
                directory,
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    TENSORFLOW + "/*",
                    source.toString(),
                    run.resolve(prefix).toString()))
            .await();
    assertThat(read.exitCode()).as(read.all()).isZero();
    Map<String, String> byTensorFlow = new TreeMap<>();
    read.out()
        .lines()
        .filter(line -> line.contains("\t"))
        .forEach(line -> byTensorFlow.put(line.split("\t")[0], line));
    assertThat(byTensorFlow).isEqualTo(byHoldfast(run, Prefix.parse(prefix).orElseThrow()));
  }

  private static Map<String, String> byHoldfast(Path run, Prefix prefix) throws Exception {
    Map<String, String> lines = new TreeMap<>();
    CheckpointDirectory checkpoints = new CheckpointDirectory(LocalStore.openExisting(run));
    try (BundleReader reader = checkpoints.open(prefix)) {
      for (var entry : reader.index().entries().values()) {
        String hash = entry.dtype() == DataType.STRING ? "-" : sha256(reader.read(entry.name()));
        lines.put(
            entry.name(),
            entry.name()
                + "\t"
                + entry.dtype().number()
                + "\t"
                + entry.shape().dims()
                + "\t"
                + hash);
      }
    }
    return lines;
  }

  private static String sha256(ByteBuffer bytes) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(bytes);
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * latest_checkpoint, every tensor, restore matched, the same validation loss, the same next Adam
   * step.
   */
  @Test
  void pythonTensorFlowRestoresTheModelAndTakesTheSameNextStep() throws Exception {
    String python = System.getProperty("python", "");
    assumeThat(python).as("an interpreter with TensorFlow: -Dpython=PATH").isNotEmpty();
    Path script = Path.of(TensorFlowTest.class.getResource("/tensorflow/check_run.py").toURI());
    Path show = Files.writeString(directory.resolve("show.json"), shown.toString());
    Holdfast.Result checked =
        Holdfast.startProcess(
                directory,
                List.of(
                    python,
                    script.toString(),
                    run.toString(),
                    show.toString(),
                    EXAMPLE.resolveSibling("data").toString()))
            .await();
    assertThat(checked.exitCode()).as(checked.all()).isZero();
    assertThat(checked.out()).contains("all checks passed");
  }
}
