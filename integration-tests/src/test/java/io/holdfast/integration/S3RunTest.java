package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.storage.Stores;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run in a bucket: whatever is killed, it ends in the bits of the run on a local disk. */
class S3RunTest {
  private static final Duration DEADLINE = Duration.ofMinutes(4);

  @TempDir static Path directory;

  @Test
  void endsInTheBitsOfALocalDiskWhateverIsKilled() throws Exception {
    S3Server server = S3Server.shared();
    String job = SmallJob.write(directory).toString();
    Holdfast.Result local = Holdfast.run(directory, "run", job, "--dir", "local");
    assertThat(local.exitCode()).as(local.all()).isZero();

    URI run = server.uri("/runs/killed");
    Holdfast.Running running =
        Holdfast.start(
            directory, "run", job, "--dir", run.toString(), "--set", "checkpoint.every_steps=50");
    awaitNewSave(running, run);
    kill(running, "worker");
    awaitNewSave(running, run);
    long acknowledged = newestStep(run);
    server.kill();
    server.start();
    kill(running, "coordinator");
    awaitNewSave(running, run);
    assertThat(newestStep(run)).isGreaterThanOrEqualTo(acknowledged);

    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.err()).contains("was killed (SIGKILL)");
    assertSameBits(run);
    assertThat(query("evaluate", job, run.toString(), "--json"))
        .isEqualTo(query("evaluate", job, "local", "--json"));
  }

  @Test
  void aBadSettingIsBadInputInOneLine() throws Exception {
    HadoopConf.set("core-site.xml", Map.of("fs.s3a.bucket.misset.path.style.access", "maybe"));
    String job = SmallJob.write(directory).toString();
    for (String[] command :
        new String[][] {
          {"steps", "s3a://misset/run"}, {"run", job, "--dir", "s3a://misset/run"},
        }) {
      Holdfast.Result result = Holdfast.run(directory, command);
      assertThat(result.exitCode()).as(result.all()).isEqualTo(2);
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .isEqualToIgnoringNewLines(
              "holdfast: RUN: s3a://misset/run: fs.s3a.path.style.access: maybe"
                  + " (allowed: true, false)");
    }
  }

  private static void assertSameBits(URI run) throws Exception {
    JsonNode shown = query("show", run.toString(), "latest", "--json");
    assertThat(shown.get("step").asLong()).isEqualTo(SmallJob.STEPS);
    assertThat(shown.get("digest").asText())
        .isEqualTo(Holdfast.digest(directory, directory.resolve("local"), SmallJob.STEPS));
    assertThat(query("steps", run.toString(), "--json").get("latest").asLong())
        .isEqualTo(SmallJob.STEPS);
    Holdfast.Result verified = Holdfast.run(directory, "verify", run.toString(), "--all");
    assertThat(verified.exitCode()).as(verified.all()).isZero();
  }

  private static JsonNode query(String... arguments) throws Exception {
    Holdfast.Result result = Holdfast.run(directory, arguments);
    assertThat(result.exitCode()).as(result.all()).isZero();
    return result.json();
  }

  private static void kill(Holdfast.Running running, String role) {
    running.children(role).forEach(ProcessHandle::destroyForcibly);
  }

  /** Waits for the run to save a step more, or to end. */
  private static void awaitNewSave(Holdfast.Running running, URI run) throws Exception {
    long before = newestStep(run);
    Await.until(
        DEADLINE,
        () -> "no save after step " + before,
        () -> newestStep(run) > before || !running.process().isAlive());
  }

  /** The newest step that has a checkpoint; -1 if there is none. */
  private static long newestStep(URI run) throws IOException {
    try {
      return new CheckpointDirectory(Stores.open(run))
          .list()
          .newest()
          .map(StoredCheckpoint::prefix)
          .map(prefix -> prefix.step())
          .orElse(-1L);
    } catch (NoSuchFileException e) {
      return -1;
    }
  }
}
