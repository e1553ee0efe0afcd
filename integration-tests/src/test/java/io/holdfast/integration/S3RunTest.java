package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whole runs in a bucket. */
class S3RunTest extends ServerRunContract {
  private static final String METERED = "metered";

  @Override
  URI uri(String path) throws Exception {
    return S3Server.shared().uri(path);
  }

  @Test
  void endsInTheBitsOfALocalDiskWhateverIsKilled() throws Exception {
    S3Server server = S3Server.shared();
    URI run = uri("/runs/killed");
    Holdfast.Running running = start(run);
    awaitNewSave(running, run, 1);
    kill(running, "worker");
    awaitNewSave(running, run, 1);
    long acknowledged = newestStep(run);
    server.kill();
    server.start();
    kill(running, "coordinator");
    awaitNewSave(running, run, 1);
    assertThat(newestStep(run)).isGreaterThanOrEqualTo(acknowledged);

    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.err()).contains("was killed (SIGKILL)");
    assertSameBits(run);
  }

  /** Of two saves the second sends less than the frozen slices alone take. */
  @Test
  void frozenSlicesAreCopiedByTheServer() throws Exception {
    S3Server server = S3Server.shared();
    Path job = FrozenJob.write(Files.createDirectory(directory.resolve("frozen")));
    String run = "s3a://" + METERED + "/run";
    try (MeteredLink link = new MeteredLink(server.port())) {
      server.makeBucket(METERED, link.port());
      Holdfast.Running running =
          Holdfast.start(directory, "run", job.toString(), "--dir", run, "--workers", "1");
      try {
        Await.until(DEADLINE, () -> "it does not lead", () -> leads(run));
        List<Long> sent = List.of(sentBySave(run, link), sentBySave(run, link));
        assertThat(sent.get(0)).isGreaterThan(FrozenJob.FROZEN_BYTES);
        assertThat(sent.get(1)).isLessThan(FrozenJob.FROZEN_BYTES);
        ok("stop", "--dir", run);
        assertThat(running.await().exitCode()).isZero();
      } finally {
        running.kill();
      }
      ok("verify", run, "--all");
      JsonNode use = query("du", run, "--json");
      assertThat(use.get("checkpoints")).hasSize(3);
      for (JsonNode checkpoint : use.get("checkpoints")) {
        assertThat(checkpoint.get("shared").asLong()).as("copies have their own bytes").isZero();
        assertThat(checkpoint.get("data").asLong()).isGreaterThan(FrozenJob.FROZEN_BYTES);
      }
    }
  }

  private static boolean leads(String run) throws Exception {
    return Holdfast.run(directory, "status", "--dir", run).exitCode() == 0;
  }

  /** What is sent until a save is read back. */
  private static long sentBySave(String run, MeteredLink link) throws Exception {
    long before = link.sentBytes();
    String prefix = query("save", "--dir", run, "--json").get("prefix").asText();
    Await.until(
        DEADLINE, () -> prefix + " is not verified", () -> state(run, prefix).equals("VERIFIED"));
    return link.sentBytes() - before;
  }

  private static String state(String run, String prefix) throws Exception {
    for (JsonNode step : query("steps", run, "--json").get("steps")) {
      if (step.get("prefix").asText().equals(prefix)) {
        return step.get("state").asText();
      }
    }
    return "";
  }

  @Test
  void offlineCommandsKeepMendAndCopy() throws Exception {
    String run = uri("/runs/kept").toString();
    ok("run", job(), "--dir", run, "--set", "steps=6", "--set", "checkpoint.parity=1");
    mendWithoutALeader(run);
    assertThat(ok("pin", run, "3").out()).contains("Step 3 is pinned");
    String digest = query("show", run, "3", "--json").get("digest").asText();
    Path file = directory.resolve("three.tar.zst");
    ok("archive", run, "3", "--to", file.toString());
    String unarchived = uri("/runs/unarchived").toString();
    ok("unarchive", file.toString(), "--to", unarchived);
    String resharded = uri("/runs/resharded").toString();
    ok("reshard", run, "3", "--to", resharded, "--shards", "3");
    for (String copy : List.of(unarchived, resharded)) {
      ok("verify", copy, "--all");
      assertThat(query("show", copy, "--json").get("digest").asText()).isEqualTo(digest);
    }
    pruneWithoutALeader(run);
  }

  private void mendWithoutALeader(String run) throws Exception {
    Path directory = S3Server.shared().file(URI.create(run).getPath());
    for (String name : RunFiles.startingWith(directory, "ckpt-")) {
      boolean newest = name.contains("-6.") && !name.contains(".data-00002");
      if (newest) {
        byte[] good = Files.readAllBytes(directory.resolve(name));
        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 1;
        Files.write(directory.resolve(name), bad);
        assertThat(query("repair", run, "--json").findValues("rebuilt").toString()).contains(name);
        assertThat(directory.resolve(name)).hasBinaryContent(good);
      }
    }
    ok("verify", run, "--all");
  }

  /** The policy is that of one step more; what it supersedes has no readers left. */
  private void pruneWithoutALeader(String run) throws Exception {
    ok("run", job(), "--dir", run, "--set", "steps=7", "--set", "checkpoint.max_to_keep=1");
    assertThat(steps(run)).containsExactly(3L, 6L, 7L);
    Path directory = S3Server.shared().file(URI.create(run).getPath());
    for (String name : RunFiles.startingWith(directory, "ckpt-")) {
      FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
      Files.setLastModifiedTime(directory.resolve(name), then);
    }
    ok("prune", run);
    assertThat(steps(run)).containsExactly(3L, 7L);
    ok("unpin", run, "3");
    ok("prune", run);
    assertThat(steps(run)).containsExactly(7L);
    ok("verify", run, "--all");
  }

  private static List<Long> steps(String run) throws Exception {
    return query("du", run, "--json").get("checkpoints").findValues("step").stream()
        .map(JsonNode::asLong)
        .toList();
  }

  @Test
  void aBadSettingIsBadInputInOneLine() throws Exception {
    HadoopConf.set("core-site.xml", Map.of("fs.s3a.bucket.misset.path.style.access", "maybe"));
    for (String[] command :
        new String[][] {
          {"steps", "s3a://misset/run"}, {"run", "job.yaml", "--dir", "s3a://misset/run"},
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
}
