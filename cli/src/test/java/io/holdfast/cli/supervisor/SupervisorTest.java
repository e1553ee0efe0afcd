package io.holdfast.cli.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real child processes, played by a shell script in the launcher's place. */
@Timeout(60)
class SupervisorTest {
  private static final long POLL_NANOS = 20_000_000;

  @TempDir Path directory;

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  @Test
  void endsWithTheCoordinatorsOutcome() throws Exception {
    Supervisor supervisor =
        supervisor("case $1 in coordinator) exit 3 ;; worker) exec cat ;; esac", () -> 0);
    assertThat(supervisor.run()).isEqualTo(3);
    assertThat(told).isEmpty();
  }

  @Test
  void takesTheWorkersDownWhenTheCoordinatorHasFinished() throws Exception {
    Supervisor supervisor =
        supervisor(
            "case $1 in coordinator) while ! [[ -s $0.worker ]]; do read -rt 0.1 || true; done; exit 0 ;;"
                + " worker) echo $$ >$0.worker; exec tail -f /dev/null ;; esac",
            () -> 0);
    assertThat(supervisor.run()).isZero();
    long worker = Long.parseLong(Files.readString(Path.of(script() + ".worker")).strip());
    ProcessHandle.of(worker)
        .ifPresent(left -> left.onExit().orTimeout(10, TimeUnit.SECONDS).join());
  }

  @Test
  void replacesAKilledCoordinatorAndAKilledWorker() throws Exception {
    Supervisor supervisor =
        supervisor(
            "echo $1 >>$0.starts; case $1 in"
                + " coordinator) [[ $(grep -c coordinator $0.starts) -lt 3 ]] && kill -9 $$;"
                + "   while [[ $(grep -c worker $0.starts) -lt 3 ]]; do read -rt 0.1 || true; done; exit 0 ;;"
                + " worker) [[ $(grep -c worker $0.starts) -lt 3 ]] && kill -9 $$; exec cat ;; esac",
            () -> 0);
    assertThat(supervisor.run()).isZero();
    assertThat(told)
        .hasSize(4)
        .allMatch(line -> line.contains("was killed (SIGKILL); starting another"));
  }

  @Test
  void aDrainedWorkerIsNotReplacedNorStartedWithAnotherCoordinator() throws Exception {
    Supervisor supervisor =
        supervisor(
            "echo $1 >>$0.starts; case $1 in"
                + " coordinator) until grep -q worker $0.starts; do read -rt 0.1 || true; done;"
                + "   [[ $(grep -c coordinator $0.starts) -lt 2 ]] && kill -9 $$;"
                + "   for i in 1 2 3 4 5; do read -rt 0.1 || true; done; exit 0 ;;"
                + " worker) exit 76 ;; esac",
            () -> 0);
    assertThat(supervisor.run()).isZero();
    assertThat(Files.readAllLines(Path.of(script() + ".starts")))
        .containsOnlyOnce("worker")
        .hasSize(3);
    assertThat(told).anyMatch(line -> line.endsWith("was drained"));
  }

  @Test
  void givesUpOnACoordinatorThatDiesOfItselfWithoutProgress() throws Exception {
    Supervisor supervisor =
        supervisor("case $1 in coordinator) exit 70 ;; worker) exec cat ;; esac", () -> 0);
    assertThat(supervisor.run()).isEqualTo(70);
    assertThat(told).hasSize(RestartPolicy.MOST_CRASHES + 1);
    assertThat(told.stream().reduce((a, b) -> b)).get().asString().contains("giving up");
  }

  @Test
  void progressForgivesCrashes() throws Exception {
    AtomicLong progress = new AtomicLong();
    Supervisor supervisor =
        supervisor(
            "echo $1 >>$0.starts; case $1 in"
                + " coordinator) [[ $(grep -c coordinator $0.starts) -lt 8 ]] && exit 70; exit 0 ;;"
                + " worker) exec cat ;; esac",
            progress::getAndIncrement);
    assertThat(supervisor.run()).isZero();
  }

  @Test
  void asksTheCoordinatorToSaveWhenStopped() throws Exception {
    Supervisor supervisor =
        supervisor(
            "case $1 in coordinator) trap 'echo saved >$0.saved; exit 130' TERM; echo up >$0.up;"
                + " while true; do read -rt 0.1 || true; done ;; worker) exec cat ;; esac",
            () -> 0);
    CompletableFuture<Integer> running = runInBackground(supervisor);
    awaitFile(Path.of(script() + ".up"));
    supervisor.stop();
    assertThat(Path.of(script() + ".saved")).hasContent("saved");
    running.cancel(true);
  }

  /** A signal would end the ssh client and not what it started. */
  @Test
  void asksAFarCoordinatorToSaveThroughItsPipe() throws Exception {
    Supervisor supervisor =
        supervisor(
            ChildSpec.Place.OVER_SSH,
            "case $1 in coordinator) echo up >$0.up; read -rn1 order; echo \"$order\" >$0.saved; exit 130 ;;"
                + " worker) exec cat >/dev/null ;; esac",
            () -> 0);
    CompletableFuture<Integer> running = runInBackground(supervisor);
    awaitFile(Path.of(script() + ".up"));
    supervisor.stop();
    assertThat(Path.of(script() + ".saved")).content().isEqualToIgnoringNewLines(".");
    running.cancel(true);
  }

  @Test
  void aFarCoordinatorThatCannotBeReachedIsStartedElsewhere() throws Exception {
    String body =
        "echo $1 >>$0.starts; case $1 in coordinator) exit 255 ;; elsewhere) exit 0 ;; worker) exec cat ;; esac";
    supervisor(ChildSpec.Place.OVER_SSH, body, () -> 0);
    ChildSpec coordinator =
        new ChildSpec(
            "coordinator",
            ChildSpec.Place.OVER_SSH,
            last ->
                List.of(
                    script().toString(),
                    last.equals(Optional.of(new Death.Unreachable()))
                        ? "elsewhere"
                        : "coordinator"));
    Supervisor supervisor =
        new Supervisor(
            coordinator,
            List.of(child("worker 1", "worker", ChildSpec.Place.OVER_SSH)),
            () -> 0,
            told::add);
    assertThat(supervisor.run()).isZero();
    assertThat(told).singleElement().asString().contains("cannot be reached");
  }

  @Test
  void goesOnWithoutAFarWorkerThatIsRefusedAndGivesUpWithoutAny() throws Exception {
    Supervisor supervisor =
        supervisor(
            ChildSpec.Place.OVER_SSH,
            "case $1 in coordinator) read -rn1 order; exit 130 ;; worker) exit 2 ;; esac",
            () -> 0);
    assertThat(supervisor.run()).isEqualTo(2);
    assertThat(told)
        .hasSize(2)
        .anyMatch(line -> line.contains("goes on without it"))
        .anyMatch(line -> line.contains("no worker is left"));
  }

  private static CompletableFuture<Integer> runInBackground(Supervisor supervisor) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return supervisor.run();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void awaitFile(Path file) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!Files.exists(file)) {
      assertThat(System.nanoTime()).as("waiting for %s", file).isLessThan(deadline);
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private Path script() {
    return directory.resolve("launcher");
  }

  private Supervisor supervisor(String body, LongSupplier progress) throws IOException {
    return supervisor(ChildSpec.Place.HERE, body, progress);
  }

  private Supervisor supervisor(ChildSpec.Place place, String body, LongSupplier progress)
      throws IOException {
    Files.writeString(script(), "#!/usr/bin/env bash\n" + body + "\n");
    Files.setPosixFilePermissions(script(), PosixFilePermissions.fromString("rwxr-xr-x"));
    return new Supervisor(
        child("coordinator", "coordinator", place),
        List.of(child("worker 1", "worker", place)),
        progress,
        told::add);
  }

  private ChildSpec child(String name, String role, ChildSpec.Place place) {
    return new ChildSpec(name, place, last -> List.of(script().toString(), role));
  }
}
