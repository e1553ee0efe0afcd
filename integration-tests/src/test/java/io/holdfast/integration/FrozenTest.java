package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs with frozen layers: what trains, what stays, and what Keras makes of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrozenTest {
  private static final int STEPS = 12;
  private static final Path EXAMPLE = Holdfast.PROJECT.resolve("examples/mnist/cnn.yaml");
  private static final List<String> FROZEN_DENSE =
      List.of("--set", "model.layers[2].dense.trainable=false");
  private static final List<String> FROZEN_CONVOLUTION =
      List.of("--set", "model.layers[0].conv2d.trainable=false");

  @TempDir static Path directory;

  private Path run;

  @BeforeAll
  void trainAFewSteps() throws Exception {
    run = directory.resolve("run");
    List<String> sets =
        List.of(
            "--set",
            "steps=" + STEPS,
            "--set",
            "data.shuffle=false",
            "--set",
            "checkpoint.every_steps=1",
            "--set",
            "checkpoint.async=false",
            "--set",
            "checkpoint.verify_after=false",
            "--set",
            "checkpoint.max_to_keep=" + (STEPS + 1));
    ok(command(EXAMPLE, run, FROZEN_DENSE, sets));
  }

  @Test
  void frozenWeightsStayAndTheOthersLearn() throws Exception {
    Holdfast.Result moved =
        holdfast("diff", run.toString(), String.valueOf(STEPS - 1), String.valueOf(STEPS));
    assertThat(moved.exitCode()).as(moved.all()).isEqualTo(1);
    assertThat(moved.out())
        .contains("optimizer/_trainable_variables/0", "optimizer/_variables/2")
        .doesNotContain("model/_functional");
    ok(List.of("verify", run.toString(), "--all"));
  }

  /** As {@link TensorFlowTest}: restore matched, the same loss, the same next step, equal keys. */
  @Test
  void kerasWithTheSameLayerFrozenGoesOn() throws Exception {
    String python = System.getProperty("python", "");
    assumeThat(python).as("an interpreter with TensorFlow: -Dpython=PATH").isNotEmpty();
    Path script = Path.of(FrozenTest.class.getResource("/tensorflow/check_run.py").toURI());
    JsonNode shown = ok(List.of("show", run.toString(), "--json")).json();
    Path show = Files.writeString(directory.resolve("show.json"), shown.toString());
    Path data = EXAMPLE.resolveSibling("data");
    Holdfast.Result checked =
        Holdfast.startProcess(
                directory,
                List.of(
                    python, script.toString(), run.toString(), show.toString(), data.toString()))
            .await();
    assertThat(checked.exitCode()).as(checked.all()).isZero();
    assertThat(checked.out()).contains("all checks passed");
  }

  @Test
  void anyNumberOfWorkersEndsInTheSameBits() throws Exception {
    Path job = SmallJob.write(Files.createDirectory(directory.resolve("bits")), 3);
    String digest = "";
    for (String workers : List.of("1", "2", "3")) {
      Path many = directory.resolve("workers-" + workers);
      ok(command(job, many, FROZEN_CONVOLUTION, List.of("--workers", workers)));
      String its = Holdfast.digest(directory, many, SmallJob.STEPS);
      assertThat(its).as(workers + " workers").isEqualTo(digest.isEmpty() ? its : digest);
      digest = its;
    }
  }

  @Test
  void aForkMayFreezeWhatWasTrainedButNotTheOtherWayRound() throws Exception {
    Path job = SmallJob.write(Files.createDirectory(directory.resolve("forks")));
    Path trained = directory.resolve("trained");
    ok(command(job, trained, List.of("--set", "steps=250")));
    Path frozen = directory.resolve("frozen");
    List<String> fork = List.of("--fork", "--from", trained.toString());
    ok(command(job, frozen, fork, FROZEN_CONVOLUTION, List.of("--set", "steps=500")));
    assertThat(values(frozen, "500", "model/_functional/_operations/1/_kernel"))
        .isEqualTo(values(trained, "250", "optimizer/_trainable_variables/0"));
    assertThat(values(frozen, "250", "optimizer/_variables/3"))
        .as("the slot of what was number 2 is number 0's now")
        .isEqualTo(values(trained, "250", "optimizer/_variables/7"));
    ok(List.of("verify", frozen.toString(), "--all"));

    Path thawed = directory.resolve("thawed");
    Holdfast.Result refused =
        Holdfast.run(
            directory,
            command(job, thawed, List.of("--fork", "--from", frozen.toString()))
                .toArray(String[]::new));
    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(2);
    assertThat(refused.err()).contains("adam/conv2d_kernel_momentum").contains("allowed");
    assertThat(thawed).doesNotExist();
    Holdfast.Result resumed = Holdfast.run(directory, command(job, frozen).toArray(String[]::new));
    assertThat(resumed.exitCode()).as(resumed.all()).isEqualTo(2);
    assertThat(resumed.err()).contains("model.layers[0].conv2d.trainable");
  }

  private static JsonNode values(Path run, String step, String name) throws Exception {
    String key = name + "/.ATTRIBUTES/VARIABLE_VALUE";
    return ok(List.of("tensors", run.toString(), step, key, "--json")).json().get("values");
  }

  @SafeVarargs
  private static List<String> command(Path job, Path run, List<String>... options) {
    List<String> command = new ArrayList<>(List.of("run", job.toString(), "--dir", run.toString()));
    Stream.of(options).forEach(command::addAll);
    return command;
  }

  private static Holdfast.Result ok(List<String> command) throws Exception {
    Holdfast.Result result = holdfast(command.toArray(String[]::new));
    assertThat(result.exitCode()).as(result.all()).isZero();
    return result;
  }

  private static Holdfast.Result holdfast(String... arguments) throws Exception {
    return Holdfast.run(directory, arguments);
  }
}
