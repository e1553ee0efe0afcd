package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users keep, delete and mend by the command line. */
class KeepTest {
  @TempDir Path directory;
  private Path job;
  private String run;

  @BeforeEach
  void trainOnce() throws Exception {
    job = SmallJob.write(directory);
    run = directory.resolve("run").toString();
    ok("run", job.toString(), "--dir", run, "--set", "checkpoint.parity=1");
  }

  @Test
  void aPinnedStepStaysAndPruningSaysWhatAndWhy() throws Exception {
    ok("pin", run, "250");
    assertThat(kept(250)).contains("pinned");
    // The policy is that of the newest checkpoint's job: one more step with another policy.
    Holdfast.Result resumed =
        ok(
            "run",
            job.toString(),
            "--dir",
            run,
            "--set",
            "steps=1001",
            "--set",
            "checkpoint.max_to_keep=19");
    assertThat(resumed.err()).doesNotContain("WARN");
    Holdfast.Result nothing = ok("prune", run, "--dry-run", "--json");
    assertThat(nothing.json().get("delete")).isEmpty();

    ok(
        "run",
        job.toString(),
        "--dir",
        run,
        "--set",
        "steps=1002",
        "--set",
        "checkpoint.max_to_keep=1",
        "--set",
        "checkpoint.save_best=");
    JsonNode left = ok("steps", run, "--json").json();
    Set<Long> saved = new TreeSet<>();
    left.get("steps")
        .forEach(
            step -> {
              if (step.get("state").asText().equals("VERIFIED")) {
                saved.add(step.get("step").asLong());
                assertThat(step.get("parity").isBoolean()).isTrue();
              }
            });
    assertThat(saved).containsExactly(250L, 1001L, 1002L);
    ok("unpin", run, "250");
    // It is superseded by what is newest now, and stays a minute more for its readers.
    Await.until(
        Duration.ofMinutes(3),
        () -> "250 is still to be kept",
        () -> !ok("prune", run, "--dry-run", "--json").json().get("delete").isEmpty());
    JsonNode would = ok("prune", run, "--dry-run", "--json").json();
    assertThat(would.get("dry_run").asBoolean()).isTrue();
    assertThat(would.get("delete").get(0).get("step").asLong()).isEqualTo(250);
    assertThat(would.get("delete").get(0).get("reason").asText()).isEqualTo("superseded");
    ok("prune", run);
    assertThat(RunFiles.startingWith(Path.of(run), "ckpt-"))
        .noneMatch(name -> name.contains("-250."));
    Holdfast.Result gone = Holdfast.run(directory, "pin", run, "250");
    assertThat(gone.exitCode()).isEqualTo(2);
    assertThat(gone.err().lines()).hasSize(1);
  }

  @Test
  void aLostFileIsRebuiltByRepairAndByRun() throws Exception {
    String digest = Holdfast.digest(directory, Path.of(run), SmallJob.STEPS);
    List<String> files =
        RunFiles.startingWith(Path.of(run), "ckpt-").stream()
            .filter(name -> name.contains("-" + SmallJob.STEPS + "."))
            .toList();
    assertThat(files).hasSizeGreaterThanOrEqualTo(4).anyMatch(name -> name.endsWith(".parity"));
    for (String name : files) {
      byte[] was = Files.readAllBytes(Path.of(run, name));
      Files.delete(Path.of(run, name));
      Holdfast.Result repaired = ok("repair", run, "--json");
      assertThat(repaired.json().findValues("rebuilt").toString()).contains(name);
      assertThat(Files.readAllBytes(Path.of(run, name))).isEqualTo(was);
    }
    ok("verify", run, "--all");
    ok("repair", run, "--all");

    Files.write(Path.of(run, files.get(1)), new byte[7]);
    Holdfast.Result resumed =
        ok(
            "run",
            job.toString(),
            "--dir",
            run,
            "--set",
            "steps=1001",
            "--set",
            "checkpoint.parity=1");
    assertThat(resumed.err()).contains("is repaired").contains(files.get(1));
    assertThat(resumed.out()).contains("(step " + SmallJob.STEPS + ")");
    assertThat(Holdfast.digest(directory, Path.of(run), SmallJob.STEPS)).isEqualTo(digest);
  }

  @Test
  void whatCannotBeRepairedIsSaidWithExitCode3() throws Exception {
    for (String name : RunFiles.startingWith(Path.of(run), "ckpt-")) {
      if (name.contains("-" + SmallJob.STEPS + ".data-")) {
        Files.write(Path.of(run, name), new byte[7]);
      }
    }
    Holdfast.Result result = Holdfast.run(directory, "repair", run);
    assertThat(result.exitCode()).as(result.all()).isEqualTo(3);
    assertThat(result.out()).contains("CANNOT BE REPAIRED");
    assertThat(result.err().lines()).hasSizeGreaterThanOrEqualTo(2);
  }

  /** Going back to a step and on from there ends in the same bits. */
  @Test
  void aRunGoesOnFromAnEarlierStep() throws Exception {
    String digest = Holdfast.digest(directory, Path.of(run), SmallJob.STEPS);
    Holdfast.Result again = ok("run", job.toString(), "--dir", run, "--from", "500");
    assertThat(again.out()).contains("Set 4 checkpoints aside").contains("(step 500)");
    assertThat(Holdfast.digest(directory, Path.of(run), SmallJob.STEPS)).isEqualTo(digest);
    assertThat(Path.of(run, ".holdfast/void")).isNotEmptyDirectory();
    Holdfast.Result none =
        Holdfast.run(directory, "run", job.toString(), "--dir", run, "--from", "501");
    assertThat(none.exitCode()).as(none.all()).isEqualTo(2);
  }

  private Set<String> kept(long step) throws Exception {
    Set<String> kept = new TreeSet<>();
    for (JsonNode item : ok("steps", run, "--json").json().get("steps")) {
      if (item.get("step").asLong() == step) {
        item.get("kept").forEach(reason -> kept.add(reason.asText()));
      }
    }
    return kept;
  }

  private Holdfast.Result ok(String... arguments) throws Exception {
    Holdfast.Result result = Holdfast.run(directory, arguments);
    assertThat(result.exitCode()).as(result.all()).isZero();
    return result;
  }
}
