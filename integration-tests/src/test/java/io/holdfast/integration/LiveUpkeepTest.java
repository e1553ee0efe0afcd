package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mending and pruning a run while it is trained: the coordinator that leads it does that. */
class LiveUpkeepTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @TempDir Path directory;

  private Path run;
  private Holdfast.Running running;

  /** Saves are made only when they are asked for: an epoch has far more steps than are done. */
  @BeforeEach
  void start() throws Exception {
    run = directory.resolve("live");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("run", SmallJob.write(directory).toString(), "--dir", "live"));
    command.addAll(List.of("--workers", "1"));
    for (String set :
        List.of(
            "steps=10000000",
            "data.batch_size=2",
            "data.train.random.samples=200000",
            "checkpoint.every_steps=10000000",
            "checkpoint.max_to_keep=1",
            "checkpoint.save_best=",
            "checkpoint.parity=1")) {
      command.addAll(List.of("--set", set));
    }
    running = Holdfast.start(directory, command.toArray(String[]::new));
    Await.until(DEADLINE, () -> "no step is done", () -> step() > 0);
  }

  @AfterEach
  void end() throws Exception {
    running.kill();
  }

  @Test
  void theLeaderMendsBitForBitAndPrunesWhileTrainingGoesOn() throws Exception {
    String older = save();
    for (String name : files(older)) {
      byte[] good = Files.readAllBytes(run.resolve(name));
      if (name.endsWith(".index")) {
        Files.delete(run.resolve(name));
      } else {
        damage(name, good);
      }
      assertThat(ok("repair", "live", "--json").findValues("rebuilt").toString()).contains(name);
      assertThat(run.resolve(name)).hasBinaryContent(good);
    }
    assertThat(RunFiles.startingWith(run.resolve(".holdfast/quarantine"), older)).hasSize(3);
    manyAskAtOnce(older);
    whatCannotBeMendedIsSaid(older);

    ok("pin", "live", older);
    String newer = save();
    supersededLongAgo(older, newer);
    assertThat(ok("prune", "live", "--json").get("delete")).as("it is pinned").isEmpty();
    ok("unpin", "live", older);
    JsonNode would = ok("prune", "live", "--dry-run", "--json");
    JsonNode pruned = ok("prune", "live", "--json");
    assertThat(pruned.get("delete")).isEqualTo(would.get("delete")).hasSize(1);
    assertThat(pruned.get("keep")).isEqualTo(would.get("keep")).hasSize(1);
    assertThat(pruned.at("/delete/0/prefix").asText()).isEqualTo(older);
    assertThat(files(older)).isEmpty();

    long before = step();
    Await.until(DEADLINE, () -> "training stands still", () -> step() > before);
    assertThat(ok("status", "--dir", "live", "--json").get("term").asLong()).isEqualTo(1);
    ok("verify", "live", "--all", "--json");
  }

  /** The first one mends it, the others find it whole. */
  private void manyAskAtOnce(String prefix) throws Exception {
    String shard =
        files(prefix).stream().filter(name -> name.contains("-00001-")).findFirst().get();
    byte[] good = Files.readAllBytes(run.resolve(shard));
    damage(shard, good);
    List<Holdfast.Running> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(Holdfast.start(directory, "repair", "live", "--all", "--json"));
    }
    int rebuilt = 0;
    for (Holdfast.Running one : all) {
      Holdfast.Result result = one.await();
      assertThat(result.exitCode()).as(result.all()).isZero();
      rebuilt += result.json().at("/checkpoints/0/rebuilt").size();
    }
    assertThat(rebuilt).isEqualTo(1);
    assertThat(run.resolve(shard)).hasBinaryContent(good);
  }

  private void whatCannotBeMendedIsSaid(String prefix) throws Exception {
    List<String> shards = files(prefix).stream().filter(name -> name.contains(".data-")).toList();
    List<byte[]> good = new ArrayList<>();
    for (String name : shards) {
      good.add(Files.readAllBytes(run.resolve(name)));
      damage(name, good.get(good.size() - 1));
    }
    Holdfast.Result result = Holdfast.run(directory, "repair", "live");
    assertThat(result.exitCode()).as(result.all()).isEqualTo(3);
    assertThat(result.out()).contains(prefix + ": CANNOT BE REPAIRED");
    assertThat(result.err()).contains(shards);
    for (int i = 0; i < shards.size(); i++) {
      Files.write(run.resolve(shards.get(i)), good.get(i));
    }
    Holdfast.Result whole = Holdfast.run(directory, "repair", "live");
    assertThat(whole.exitCode()).as(whole.all()).isZero();
    assertThat(whole.out()).isEqualToIgnoringNewLines(prefix + ": whole, nothing to do");
  }

  /** Saves; the answer has been read back and has its parity file. */
  private String save() throws Exception {
    String prefix = ok("save", "--dir", "live", "--json").get("prefix").asText();
    Await.until(
        DEADLINE,
        () -> prefix + " is not verified",
        () ->
            ok("steps", "live", "--json").findValues("state").stream()
                .allMatch(state -> state.asText().equals("VERIFIED")));
    assertThat(run.resolve(prefix + ".parity")).exists();
    return prefix;
  }

  /** Their readers have had their minute. */
  private void supersededLongAgo(String... prefixes) throws Exception {
    FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    for (String prefix : prefixes) {
      Files.setLastModifiedTime(run.resolve(prefix + ".index"), then);
    }
  }

  private void damage(String name, byte[] good) throws Exception {
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    Files.write(run.resolve(name), bad);
  }

  private List<String> files(String prefix) throws Exception {
    return RunFiles.startingWith(run, prefix + ".");
  }

  private long step() throws Exception {
    Holdfast.Result status = Holdfast.run(directory, "status", "--dir", "live", "--json");
    return status.exitCode() == 0 ? status.json().get("step").asLong() : 0;
  }

  private JsonNode ok(String... arguments) throws Exception {
    Holdfast.Result result = Holdfast.run(directory, arguments);
    assertThat(result.exitCode()).as(result.all()).isZero();
    return List.of(arguments).contains("--json") ? result.json() : null;
  }
}
