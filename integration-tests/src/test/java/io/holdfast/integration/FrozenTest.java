package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private static final Duration DEADLINE = Duration.ofMinutes(2);

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

  /** Until damage in one copy is mended, in each checkpoint by its own parity. */
  @Test
  void checkpointsShareFrozenSlicesByHardLinks() throws Exception {
    Path job = SmallJob.write(Files.createDirectory(directory.resolve("links")));
    Path shared = directory.resolve("shared");
    String[] sets = {
      "--set", "model.layers[0].conv2d.trainable=false",
      "--set", "steps=1000000",
      "--set", "checkpoint.every_steps=100",
      "--set", "checkpoint.max_to_keep=4",
      "--set", "checkpoint.save_best=",
      "--set", "checkpoint.parity=1"
    };
    try (Cluster cluster = Cluster.start(directory, job, shared, sets)) {
      cluster.addWorker();
      Await.until(DEADLINE, () -> "nothing is shared", () -> !sharedFiles(shared).isEmpty());
      assertThat(cluster.stop().exitCode()).isEqualTo(130);
    }
    requireDuTellsTheTruth(shared);
    ok(List.of("verify", shared.toString(), "--all"));

    List<Path> damaged =
        copies(shared).values().stream()
            .filter(names -> names.stream().allMatch(FrozenTest::hasParity))
            .max(Comparator.comparingInt(List::size))
            .orElseThrow();
    byte[] good = Files.readAllBytes(damaged.get(0));
    byte[] bad = good.clone();
    bad[7] ^= 1;
    Files.write(damaged.get(0), bad);
    assertThat(holdfast("verify", shared.toString(), "--all").exitCode()).isEqualTo(3);
    ok(List.of("repair", shared.toString(), "--all"));
    for (Path name : damaged) {
      assertThat(Files.readAllBytes(name)).isEqualTo(good);
    }
    ok(List.of("verify", shared.toString(), "--all"));
  }

  /** Three checkpoints have the first one's, before and after a restart; the fourth has its own. */
  @Test
  void aRunThatWasStartedAgainGoesOnSharing() throws Exception {
    Path job = FrozenJob.write(Files.createDirectory(directory.resolve("again")));
    Path again = directory.resolve("started-again");
    for (int starts = 0; starts < 2; starts++) {
      Holdfast.Running running =
          Holdfast.start(
              directory, command(job, again, List.of("--workers", "1")).toArray(String[]::new));
      try {
        String status = again.toString();
        Await.until(
            DEADLINE,
            () -> "it does not lead",
            () -> holdfast("status", "--dir", status).exitCode() == 0);
        ok(List.of("save", "--dir", status));
        Await.until(
            DEADLINE,
            () -> "not all is verified",
            () -> !ok(List.of("steps", status)).out().contains("COMMITTED"));
        ok(List.of("stop", "--dir", status));
        assertThat(running.await().exitCode()).isZero();
      } finally {
        running.kill();
      }
    }
    assertThat(copies(again).values()).extracting(List::size).containsExactlyInAnyOrder(3, 1);
    ok(List.of("verify", again.toString(), "--all"));
  }

  private static boolean hasParity(Path shard) {
    String name = shard.getFileName().toString();
    return Files.exists(
        shard.resolveSibling(name.substring(0, name.indexOf(".data-")) + ".parity"));
  }

  /** As the disk has it, name by name. */
  private static void requireDuTellsTheTruth(Path run) throws Exception {
    JsonNode use = ok(List.of("du", run.toString(), "--json")).json();
    long twice = 0;
    for (List<Path> copy : copies(run).values()) {
      assertThat(copy).hasSizeLessThanOrEqualTo(3);
      twice += (copy.size() - 1) * Files.size(copy.get(0));
    }
    long shared = 0;
    for (JsonNode checkpoint : use.get("checkpoints")) {
      shared += checkpoint.get("shared").asLong();
    }
    assertThat(shared).isEqualTo(twice);
    Map<Object, Long> sizes = new HashMap<>();
    for (Path file : walk(run)) {
      sizes.put(Files.getAttribute(file, "unix:ino"), Files.size(file));
    }
    assertThat(use.get("bytes").asLong())
        .isEqualTo(sizes.values().stream().mapToLong(Long::longValue).sum());
  }

  /** Files of frozen slices that have more than one name, one worker being at work. */
  private static List<List<Path>> sharedFiles(Path run) throws IOException {
    return copies(run).values().stream().filter(names -> names.size() > 1).toList();
  }

  private static Map<Object, List<Path>> copies(Path run) throws IOException {
    Map<Object, List<Path>> copies = new HashMap<>();
    for (String name : RunFiles.startingWith(run, "ckpt-")) {
      if (name.contains(".data-00002-of-00003")) {
        identity(run.resolve(name))
            .ifPresent(
                copy ->
                    copies.computeIfAbsent(copy, k -> new ArrayList<>()).add(run.resolve(name)));
      }
    }
    return copies;
  }

  /** Empty if retention was faster. */
  private static Optional<Object> identity(Path file) throws IOException {
    try {
      return Optional.of(Files.getAttribute(file, "unix:ino"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static List<Path> walk(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      return files.filter(Files::isRegularFile).toList();
    }
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
