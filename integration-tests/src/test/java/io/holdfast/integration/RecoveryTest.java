package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes, killed at seeded moments; the run must end in the bits of the undisturbed one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecoveryTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int KILLS = 3;
  private static final int MOST_DELAY_MILLIS = 300;

  @TempDir static Path directory;

  private final long seed = Long.getLong("holdfast.seed", System.nanoTime());
  private Path job;
  private Map<Long, String> undisturbed;

  @BeforeAll
  void runUndisturbed() throws Exception {
    System.out.println("RecoveryTest: -Dholdfast.seed=" + seed);
    job = SmallJob.write(directory);
    Holdfast.Result result = Holdfast.run(directory, run("undisturbed"));
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.out()).contains("Starting from scratch");
    undisturbed = digests(directory.resolve("undisturbed"));
    assertThat(undisturbed).containsKey(SmallJob.STEPS);
  }

  @Test
  void aKilledWorkerIsReplacedAndTheBitsAreTheSame() throws Exception {
    killAndCompare("worker-killed", "worker");
  }

  @Test
  void aKilledCoordinatorIsReplacedAndTheBitsAreTheSame() throws Exception {
    killAndCompare("coordinator-killed", "coordinator");
  }

  @Test
  void afterAllWereKilledTheSameCommandGoesOn() throws Exception {
    Random random = new Random(seed);
    Path run = directory.resolve("all-killed");
    for (int kill = 0; kill < KILLS; kill++) {
      Holdfast.Running running = Holdfast.start(directory, run("all-killed"));
      awaitNewSave(running, run);
      delay(random);
      List<ProcessHandle> children = running.process().descendants().toList();
      running.process().destroyForcibly();
      Await.until(
          DEADLINE,
          () -> "children still alive: " + children.stream().map(Holdfast::commandLine).toList(),
          () -> children.stream().noneMatch(ProcessHandle::isAlive));
    }
    Holdfast.Result last = Holdfast.run(directory, run("all-killed"));
    assertThat(last.exitCode()).as(last.all()).isZero();
    assertThat(last.out()).contains("Restored from");
    assertSameBits(run);
  }

  @Test
  void aLivingLeaderIsRespected() throws Exception {
    Path run = directory.resolve("twice");
    Holdfast.Running first = Holdfast.start(directory, run("twice"));
    Await.until(DEADLINE, () -> "no leader", () -> Files.exists(run.resolve(".holdfast/leader")));
    Holdfast.Result second = Holdfast.run(directory, run("twice"));
    if (first.process().isAlive()) {
      assertThat(second.exitCode()).as(second.all()).isEqualTo(2);
      assertThat(second.err().lines()).hasSize(1);
      assertThat(second.err()).contains("a coordinator leads this run");
    }
    assertThat(first.await().exitCode()).isZero();
  }

  @Test
  void interruptedItSavesAndTheSameCommandGoesOn() throws Exception {
    Path run = directory.resolve("interrupted");
    Holdfast.Running running = Holdfast.start(directory, run("interrupted"));
    awaitNewSave(running, run);
    List<ProcessHandle> children = running.process().descendants().toList();
    signal("INT", running.process().toHandle());
    Holdfast.Result result = running.await();
    if (RunFiles.newestStep(run) < SmallJob.STEPS) {
      assertThat(result.exitCode()).as(result.all()).isEqualTo(130);
    }
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    Holdfast.Result last = Holdfast.run(directory, run("interrupted"));
    assertThat(last.exitCode()).as(last.all()).isZero();
    assertSameBits(run);
  }

  private void killAndCompare(String name, String role) throws Exception {
    Random random = new Random(seed);
    Path run = directory.resolve(name);
    Holdfast.Running running = Holdfast.start(directory, run(name));
    int killed = 0;
    while (killed < KILLS && awaitNewSave(running, run)) {
      delay(random);
      for (ProcessHandle child : running.children(role)) {
        killed += child.destroyForcibly() ? 1 : 0;
      }
    }
    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(killed).as("kills of a %s", role).isPositive();
    assertThat(result.err()).contains("was killed (SIGKILL)");
    assertSameBits(run);
  }

  /** Whether there is one more saved step than now; not if the run ends before. */
  private static boolean awaitNewSave(Holdfast.Running running, Path run) throws Exception {
    long before = RunFiles.newestStep(run);
    Await.until(
        DEADLINE,
        () -> "no save after step " + before,
        () -> RunFiles.newestStep(run) > before || !running.process().isAlive());
    return running.process().isAlive();
  }

  private static void delay(Random random) {
    LockSupport.parkNanos(random.nextInt(MOST_DELAY_MILLIS) * 1_000_000L);
  }

  private static void signal(String name, ProcessHandle process)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private void assertSameBits(Path run) throws Exception {
    Map<Long, String> digests = digests(run);
    assertThat(digests).as("seed %d", seed).containsKey(SmallJob.STEPS);
    digests.forEach(
        (step, digest) ->
            assertThat(digest).as("step %d, seed %d", step, seed).isEqualTo(undisturbed.get(step)));
    Holdfast.Result verified = Holdfast.run(directory, "verify", run.toString(), "--all");
    assertThat(verified.exitCode()).as(verified.all()).isZero();
  }

  /** Of the steps that the job saves whatever happens. */
  private Map<Long, String> digests(Path run) throws Exception {
    Map<Long, String> digests = new TreeMap<>();
    for (long step = SmallJob.EVERY_STEPS; step <= SmallJob.STEPS; step += SmallJob.EVERY_STEPS) {
      String suffix = "-" + step + ".index";
      if (RunFiles.startingWith(run, "ckpt-").stream().anyMatch(name -> name.endsWith(suffix))) {
        digests.put(step, Holdfast.digest(directory, run, step));
      }
    }
    return digests;
  }

  private String[] run(String name) {
    return new ArrayList<>(List.of("run", job.toString(), "--dir", name)).toArray(String[]::new);
  }
}
