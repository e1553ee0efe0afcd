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
abstract class LiveUpkeepContract {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @TempDir Path directory;

  private String run;
  private Path files;
  private Holdfast.Running running;

  /** The run to be trained, as commands take it. */
  abstract String run() throws Exception;

  /** Where its files lie, so that they can be damaged. */
  abstract Path files() throws Exception;

  /** Saves are made only when they are asked for: an epoch has far more steps than are done. */
  @BeforeEach
  void start() throws Exception {
    run = run();
    files = files();
    List<String> command = new ArrayList<>();
    command.addAll(List.of("run", SmallJob.write(directory).toString(), "--dir", run));
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
    for (String name : filesOf(older)) {
      byte[] good = Files.readAllBytes(files.resolve(name));
      if (name.endsWith(".index")) {
        Files.delete(files.resolve(name));
      } else {
        damage(name, good);
      }
      assertThat(ok("repair", run, "--json").findValues("rebuilt").toString()).contains(name);
      assertThat(files.resolve(name)).hasBinaryContent(good);
    }
    assertThat(RunFiles.startingWith(files.resolve(".holdfast/quarantine"), older)).hasSize(3);
    manyAskAtOnce(older);
    whatCannotBeMendedIsSaid(older);

    ok("pin", run, older);
    String newer = save();
    supersededLongAgo(older, newer);
    assertThat(ok("prune", run, "--json").get("delete")).as("it is pinned").isEmpty();
    ok("unpin", run, older);
    JsonNode would = ok("prune", run, "--dry-run", "--json");
    JsonNode pruned = ok("prune", run, "--json");
    assertThat(pruned.get("delete")).isEqualTo(would.get("delete")).hasSize(1);
    assertThat(pruned.get("keep")).isEqualTo(would.get("keep")).hasSize(1);
    assertThat(pruned.at("/delete/0/prefix").asText()).isEqualTo(older);
    assertThat(filesOf(older)).isEmpty();

    long before = step();
    Await.until(DEADLINE, () -> "training stands still", () -> step() > before);
    assertThat(ok("status", "--dir", run, "--json").get("term").asLong()).isEqualTo(1);
    ok("verify", run, "--all", "--json");
  }

  /** The first one mends it, the others find it whole. */
  private void manyAskAtOnce(String prefix) throws Exception {
    String shard =
        filesOf(prefix).stream().filter(name -> name.contains("-00001-")).findFirst().get();
    byte[] good = Files.readAllBytes(files.resolve(shard));
    damage(shard, good);
    List<Holdfast.Running> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(Holdfast.start(directory, "repair", run, "--all", "--json"));
    }
    int rebuilt = 0;
    for (Holdfast.Running one : all) {
      Holdfast.Result result = one.await();
      assertThat(result.exitCode()).as(result.all()).isZero();
      rebuilt += result.json().at("/checkpoints/0/rebuilt").size();
    }
    assertThat(rebuilt).isEqualTo(1);
    assertThat(files.resolve(shard)).hasBinaryContent(good);
  }

  private void whatCannotBeMendedIsSaid(String prefix) throws Exception {
    List<String> shards = filesOf(prefix).stream().filter(name -> name.contains(".data-")).toList();
    List<byte[]> good = new ArrayList<>();
    for (String name : shards) {
      good.add(Files.readAllBytes(files.resolve(name)));
      damage(name, good.get(good.size() - 1));
    }
    Holdfast.Result result = Holdfast.run(directory, "repair", run);
    assertThat(result.exitCode()).as(result.all()).isEqualTo(3);
    assertThat(result.out()).contains(prefix + ": CANNOT BE REPAIRED");
    assertThat(result.err()).contains(shards);
    for (int i = 0; i < shards.size(); i++) {
      Files.write(files.resolve(shards.get(i)), good.get(i));
    }
    Holdfast.Result whole = Holdfast.run(directory, "repair", run);
    assertThat(whole.exitCode()).as(whole.all()).isZero();
    assertThat(whole.out()).isEqualToIgnoringNewLines(prefix + ": whole, nothing to do");
  }

  /** Saves; the answer has been read back and has its parity file. */
  private String save() throws Exception {
    String prefix = ok("save", "--dir", run, "--json").get("prefix").asText();
    Await.until(
        DEADLINE,
        () -> prefix + " is not verified",
        () ->
            ok("steps", run, "--json").findValues("state").stream()
                .allMatch(state -> state.asText().equals("VERIFIED")));
    assertThat(files.resolve(prefix + ".parity")).exists();
    return prefix;
  }

  /** Their readers have had their minute. */
  private void supersededLongAgo(String... prefixes) throws Exception {
    FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    for (String prefix : prefixes) {
      Files.setLastModifiedTime(files.resolve(prefix + ".index"), then);
    }
  }

  private void damage(String name, byte[] good) throws Exception {
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    Files.write(files.resolve(name), bad);
  }

  private List<String> filesOf(String prefix) throws Exception {
    return RunFiles.startingWith(files, prefix + ".");
  }

  private long step() throws Exception {
    Holdfast.Result status = Holdfast.run(directory, "status", "--dir", run, "--json");
    return status.exitCode() == 0 ? status.json().get("step").asLong() : 0;
  }

  private JsonNode ok(String... arguments) throws Exception {
    Holdfast.Result result = Holdfast.run(directory, arguments);
    assertThat(result.exitCode()).as(result.all()).isZero();
    return List.of(arguments).contains("--json") ? result.json() : null;
  }
}
