package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code launch slurm} from the release archive on a real Slurm with two nodes: the run must end in
 * the bits of the undisturbed one, whatever dies.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlurmTest {
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final Pattern SUBMITTED = Pattern.compile("Submitted job ([0-9]+) ");

  /** Long enough that something can die on the way. */
  private static final long STEPS = 5 * SmallJob.STEPS;

  @TempDir static Path directory;

  private UnpackedRelease release;
  private Path job;
  private String undisturbed;
  private SlurmMachine slurm;

  @BeforeAll
  void runUndisturbed() throws Exception {
    Optional<String> obstacle = SlurmMachine.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no Slurm: " + obstacle.orElseThrow());
    release = UnpackedRelease.in(directory);
    job = SmallJob.write(directory);
    Holdfast.Result result =
        Holdfast.run(
            directory,
            "run",
            job.toString(),
            "--dir",
            "undisturbed",
            "--workers",
            "1",
            "--set",
            "steps=" + STEPS);
    assertThat(result.exitCode()).as(result.all()).isZero();
    undisturbed = Holdfast.digest(directory, directory.resolve("undisturbed"), STEPS);
  }

  @BeforeEach
  void startSlurm() throws Exception {
    slurm = SlurmMachine.start(Files.createTempDirectory(directory, "slurm"));
  }

  @AfterEach
  void stopSlurm() throws Exception {
    if (slurm != null) {
      slurm.close();
    }
  }

  @Test
  void aWorkersNodeIsKilledAndTheJobGoesOnWithTheSameBits() throws Exception {
    Path run = directory.resolve("node-killed");
    long id = launch(run);
    awaitStep(run, SmallJob.EVERY_STEPS);
    slurm.killNode("n2");
    assertThat(RunFiles.newestStep(run)).as("killed on the way").isLessThan(STEPS);
    awaitStep(run, STEPS);
    slurm.awaitNoJob(DEADLINE);
    assertThat(show(id)).contains("JobState=COMPLETED", "ExitCode=0:0");
    assertSameBits(run);
  }

  @Test
  void theFirstNodeIsKilledAndTheStandbyLeadsToTheSameBits() throws Exception {
    Path run = directory.resolve("first-node-killed");
    long id = launch(run);
    awaitStep(run, SmallJob.EVERY_STEPS);
    Path standby = run.resolve(".holdfast/logs/coordinator-standby.log");
    Await.until(
        DEADLINE, () -> "nobody stands by: " + output(run, id), () -> Files.exists(standby));
    slurm.killNode("n1");
    assertThat(RunFiles.newestStep(run)).as("killed on the way").isLessThan(STEPS);
    awaitStep(run, STEPS);
    assertThat(standby).content().contains("Leads term");
    assertSameBits(run);
  }

  @Test
  void cancelledItSavesAndTheSameCommandGoesOn() throws Exception {
    Path run = directory.resolve("cancelled");
    long id = launch(run);
    awaitStep(run, SmallJob.EVERY_STEPS);
    slurm.run("scancel", Long.toString(id));
    slurm.awaitNoJob(DEADLINE);
    long saved = RunFiles.newestStep(run);
    assertThat(saved).as("cancelled on the way").isLessThan(STEPS);
    assertThat(show(id)).contains("JobState=CANCELLED", "ExitCode=130:0");
    assertThat(output(run, id)).contains("Saved step " + saved + ": COMMITTED", "Stopping: asked");
    long next = launch(run);
    slurm.awaitNoJob(DEADLINE);
    assertThat(output(run, next)).contains("Restored from ckpt-").contains("(step " + saved + ")");
    assertThat(show(next)).contains("JobState=COMPLETED", "ExitCode=0:0");
    assertSameBits(run);
  }

  @Test
  void aDryRunPrintsTheScriptAndWritesNothing() throws Exception {
    Path run = directory.resolve("dry");
    Holdfast.Result result =
        launcher(run, "--dry-run", "--", "--time=10", "--comment=two words").await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.out())
        .startsWith("#!/usr/bin/env bash\n")
        .contains("#SBATCH --nodes=2\n", "#SBATCH --time=10 \"--comment=two words\"\n")
        .doesNotContainPattern("@[A-Z]+@");
    assertThat(run).doesNotExist();
    Holdfast.Result refused = launcher(run, "--", "--no-such-option").await();
    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(2);
    assertThat(refused.err()).contains("sbatch: ").contains("no-such-option");
  }

  private long launch(Path run) throws Exception {
    Holdfast.Result result = launcher(run).await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    Matcher id = SUBMITTED.matcher(result.out());
    assertThat(id.find()).as(result.all()).isTrue();
    return Long.parseLong(id.group(1));
  }

  private Holdfast.Running launcher(Path run, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("launch", "slurm", job.toString(), "--dir", run.toString()));
    arguments.addAll(List.of("--set", "steps=" + STEPS, "--workers", "2", "--nodes", "2"));
    arguments.addAll(List.of(more));
    return Holdfast.startProcess(
        directory, release.command(slurm.environment(), arguments.toArray(String[]::new)));
  }

  private void awaitStep(Path run, long step) throws Exception {
    Await.until(
        DEADLINE,
        () -> "step " + step + " is not saved: " + slurm.run("squeue", "--long").all(),
        () -> RunFiles.newestStep(run) >= step);
  }

  private String show(long id) {
    return slurm.run("scontrol", "show", "job", Long.toString(id)).out();
  }

  private static String output(Path run, long id) {
    List<String> texts = new ArrayList<>();
    for (String name : List.of("slurm-" + id + ".out", "slurm-" + id + "-standby.out")) {
      try {
        texts.add(Files.readString(run.resolve(".holdfast/logs").resolve(name)));
      } catch (IOException notThere) {
        texts.add("(no " + name + ")");
      }
    }
    return String.join("\n", texts);
  }

  private void assertSameBits(Path run) throws Exception {
    assertThat(Holdfast.digest(directory, run, STEPS)).isEqualTo(undisturbed);
    Holdfast.Result verified = Holdfast.run(directory, "verify", run.toString(), "--all");
    assertThat(verified.exitCode()).as(verified.all()).isZero();
  }
}
