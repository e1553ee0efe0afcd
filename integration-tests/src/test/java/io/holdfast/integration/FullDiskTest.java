package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real file system that is full: saves are given up with their reason, training goes on, and the
 * last good checkpoint stays. Needs the right to mount a tmpfs; skipped without.
 */
class FullDiskTest {
  private static final int DISK_KIB = 6 << 10;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;
  private Path disk;
  private Path job;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(directory.resolve("disk"));
    job = SmallJob.write(directory);
    assumeThat(command("mount", "-t", "tmpfs", "-o", "size=" + DISK_KIB + "k", "tmpfs", disk))
        .as("exit code of mount -t tmpfs")
        .isZero();
  }

  @AfterEach
  void unmount() throws Exception {
    command("umount", "-l", disk);
  }

  @Test
  void aFullDiskAbandonsSavesAndLosesNothing() throws Exception {
    Path run = disk.resolve("run");
    Holdfast.Running running =
        Holdfast.start(
            directory, "run", job.toString(), "--dir", run.toString(), "--set", "steps=4000");
    Await.until(PATIENCE, () -> "no save", () -> RunFiles.newestStep(run) > 0);
    Path filler = fill();
    Await.until(PATIENCE, () -> "nothing ABANDONED", () -> !abandoned(run).isEmpty());
    assertThat(abandoned(run)).allMatch(reason -> reason.contains("No space left on device"));
    assertThat(running.process().isAlive()).isTrue();
    long saved = RunFiles.newestStep(run);
    assertThat(Holdfast.run(directory, "verify", run.toString()).exitCode()).isZero();
    Holdfast.Result status = Holdfast.run(directory, "status", "--dir", run.toString(), "--json");
    assertThat(status.exitCode()).as(status.all()).isZero();
    assertThat(status.json().get("step").asLong()).as("training goes on").isGreaterThan(saved);

    Files.delete(filler);
    Holdfast.Result end = running.await();
    assertThat(end.exitCode()).as(end.all()).isZero();
    assertThat(end.err()).contains("ABANDONED").contains("No space left on device");
    Holdfast.Result verified = Holdfast.run(directory, "verify", run.toString(), "--all");
    assertThat(verified.exitCode()).as(verified.all()).isZero();
    assertThat(RunFiles.newestStep(run)).isEqualTo(4000);
  }

  /** Takes all the space that is left. */
  private Path fill() throws IOException {
    Path filler = disk.resolve("filler");
    try (var out = Files.newOutputStream(filler)) {
      byte[] bytes = new byte[4096];
      for (int i = 0; i < DISK_KIB; i++) {
        out.write(bytes);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
    return filler;
  }

  private List<String> abandoned(Path run) throws Exception {
    List<String> reasons = new ArrayList<>();
    Holdfast.Result steps = Holdfast.run(directory, "steps", run.toString(), "--json");
    assertThat(steps.exitCode()).as(steps.all()).isZero();
    for (JsonNode step : steps.json().get("steps")) {
      for (JsonNode attempt : step.get("attempts")) {
        if (attempt.get("state").asText().equals("ABANDONED")) {
          reasons.add(attempt.get("reason").asText());
        }
      }
    }
    return reasons;
  }

  private static int command(Object... words) throws Exception {
    List<String> command = new ArrayList<>();
    for (Object word : words) {
      command.add(word.toString());
    }
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }
}
