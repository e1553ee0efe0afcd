package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code launch ssh} over a real sshd: the run must end in the bits of the undisturbed one, and
 * leave nothing behind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SshTest {
  private static final Duration DEADLINE = Duration.ofMinutes(10);

  @TempDir static Path directory;

  private Path job;
  private String undisturbed;
  private SshServer server;

  @BeforeAll
  void startServerAndRunUndisturbed() throws Exception {
    Optional<String> obstacle = SshServer.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no sshd: " + obstacle.orElseThrow());
    server = SshServer.start(Files.createTempDirectory(directory, "sshd"));
    job = SmallJob.write(directory);
    Holdfast.Result result =
        Holdfast.run(directory, "run", job.toString(), "--dir", "undisturbed", "--workers", "1");
    assertThat(result.exitCode()).as(result.all()).isZero();
    undisturbed = Holdfast.digest(directory, directory.resolve("undisturbed"), SmallJob.STEPS);
  }

  @AfterAll
  void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void whatDiesIsRestartedAndAHostThatIsNotThereIsNamed() throws Exception {
    Path run = directory.resolve("killed");
    Holdfast.Running running = launch(run, SshServer.C, SshServer.A);
    awaitStep(run, SmallJob.EVERY_STEPS, running);
    Processes.killAll(far("coordinator", run));
    awaitStep(run, 2 * SmallJob.EVERY_STEPS, running);
    Processes.killAll(far("worker", run));
    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.err())
        .contains("worker 1 on c", "cannot be reached", "the coordinator moves to a")
        .contains("was killed (SIGKILL); starting another");
    assertSameBits(run);
    awaitNothingLeft(run);
  }

  @Test
  void killedItLeavesNothingBehindAndTheSameCommandGoesOn() throws Exception {
    Path run = directory.resolve("launcher-killed");
    Holdfast.Running running = launch(run, SshServer.A, SshServer.B);
    awaitStep(run, SmallJob.EVERY_STEPS, running);
    assertThat(far("worker", run)).hasSize(2);
    running.process().destroyForcibly();
    awaitNothingLeft(run);
    Holdfast.Result result = launch(run, SshServer.A, SshServer.B).await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.out()).contains("Restored from ckpt-");
    assertSameBits(run);
  }

  @Test
  void interruptedItSavesBeforeItLeaves() throws Exception {
    Path run = directory.resolve("interrupted");
    Holdfast.Running running = launch(run, SshServer.A, SshServer.B);
    awaitStep(run, SmallJob.EVERY_STEPS, running);
    running.process().destroy();
    Holdfast.Result result = running.await();
    if (RunFiles.newestStep(run) < SmallJob.STEPS) {
      assertThat(result.exitCode()).as(result.all()).isEqualTo(130);
      assertThat(result.out())
          .contains("Stopping: asked", "Saved step " + RunFiles.newestStep(run) + ": COMMITTED");
    }
    awaitNothingLeft(run);
  }

  private Holdfast.Running launch(Path run, String... hosts) throws Exception {
    List<String> arguments =
        List.of(
            "launch",
            "ssh",
            job.toString(),
            "--dir",
            run.toString(),
            "--hosts",
            String.join(",", hosts),
            "--ssh",
            server.client());
    return Holdfast.start(directory, arguments.toArray(String[]::new));
  }

  private static void awaitStep(Path run, long step, Holdfast.Running running) throws Exception {
    Await.until(
        DEADLINE,
        () -> "step " + step + " is not saved",
        () -> RunFiles.newestStep(run) >= step || !running.process().isAlive());
  }

  /** What ssh started, not the client that waits for it. */
  private static List<ProcessHandle> far(String role, Path run) {
    return Processes.which(
        process -> {
          String line = Holdfast.commandLine(process);
          return line.contains("lib/holdfast " + role + " ") && line.contains(run + "/");
        });
  }

  private static void awaitNothingLeft(Path run) throws Exception {
    List<ProcessHandle> left = new ArrayList<>();
    Await.until(
        DEADLINE,
        () -> "still there: " + left.stream().map(Holdfast::commandLine).toList(),
        () -> {
          left.clear();
          left.addAll(far("worker", run));
          left.addAll(far("coordinator", run));
          return left.isEmpty();
        });
  }

  private void assertSameBits(Path run) throws Exception {
    assertThat(Holdfast.digest(directory, run, SmallJob.STEPS)).isEqualTo(undisturbed);
  }
}
