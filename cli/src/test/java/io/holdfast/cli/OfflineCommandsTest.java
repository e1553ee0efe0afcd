package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.cli.TestRun.Value;
import io.holdfast.coordinator.server.LocalHost;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.LeaderRecord;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.Tenure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that read and copy checkpoints, on run directories that a leader has left. */
class OfflineCommandsTest {
  private static final String KERNEL = "model/kernel" + TestRun.SUFFIX;
  private static final String ITERATIONS = "optimizer/_iterations" + TestRun.SUFFIX;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path directory;
  private Path a;
  private Path b;
  private String out;
  private String err;

  @BeforeEach
  void writeTwoRuns() throws Exception {
    a = directory.resolve("a");
    b = directory.resolve("b");
    TestRun.write(a, 1, Map.of(10L, values(10, 1, 2.5f), 20L, values(20, 1, 3)));
    TestRun.write(b, 1, Map.of(10L, values(10, 2, 2.5f)));
  }

  private static List<Value> values(long step, int rows, float last) {
    return List.of(
        Value.floats(KERNEL, TensorShape.of(2, 3), rows, 0, 1, -0f, Float.NaN, 2, last),
        Value.scalar(ITERATIONS, step));
  }

  @Test
  void diffTellsEqualFromDifferentByItsExitCode() throws Exception {
    assertThat(run("diff", a, 10, b, 10)).as(err).isZero();
    assertThat(out).startsWith("Equal: all 2 variables");
    assertThat(run("diff", a, 10, b, "latest", "--json")).isZero();
    assertThat(json().get("equal").asBoolean()).isTrue();
    assertThat(json().get("differences")).isEmpty();

    assertThat(run("diff", a, 10, 20)).as(err).isEqualTo(1);
    assertThat(out.lines().filter(line -> line.contains(TestRun.SUFFIX))).hasSize(2);
    assertThat(run("diff", a, 10, 20, "--json")).isEqualTo(1);
    JsonNode kernel = json().get("differences").get(0);
    assertThat(kernel.get("key").asText()).isEqualTo(KERNEL);
    assertThat(kernel.get("kind").asText()).isEqualTo("values");
    assertThat(kernel.get("elements").asLong()).isEqualTo(6);
    assertThat(kernel.get("differing").asLong()).isEqualTo(1);
    assertThat(kernel.get("max_abs").asDouble()).isEqualTo(0.5);
    assertThat(kernel.get("max_rel").asDouble()).isEqualTo(0.5 / 3);
    assertThat(kernel.get("not_finite").asLong()).isZero();
    assertThat(json().get("step2").asLong()).isEqualTo(20);
  }

  @Test
  void diffOfDamagedOrMissingCheckpoints() throws Exception {
    Path shard = b.resolve("ckpt-t1r1-10.data-00001-of-00002");
    TestRun.flip(shard, 3);
    assertThat(run("diff", a, 10, b, 10)).isEqualTo(3);
    assertThat(err).contains(shard.toString()).contains("checksum");
    assertThat(run("diff", b, 10, a, 10, "--json")).isEqualTo(3);
    assertThat(out).isEmpty();
    assertThat(err).contains(shard.toString());
    assertBadInput("STEP: 15", "diff", a, 10, 15);
    assertBadInput("not two checkpoints", "diff", a, 10);
    assertBadInput("not two checkpoints", "diff", a, 10, b, 10, 10);
    assertBadInput("nowhere", "diff", a, 10, directory.resolve("nowhere"), 10);
  }

  @Test
  void tensorsAreListedAndShown() throws Exception {
    assertThat(run("tensors", a)).as(err).isZero();
    assertThat(out).contains(KERNEL, "float32", "[2, 3]", "holdfast/job", "string");
    assertThat(run("tensors", a, 10, "--json")).isZero();
    assertThat(json().get("step").asLong()).isEqualTo(10);
    assertThat(json().get("tensors"))
        .filteredOn(tensor -> tensor.get("variable").asBoolean())
        .extracting(tensor -> tensor.get("key").asText())
        .containsExactly(KERNEL, ITERATIONS);

    assertThat(run("tensors", a, 20, "model/kernel")).as(err).isZero();
    assertThat(out)
        .contains("min 0.0000, max 3.0000")
        .contains("NaN 1")
        .contains("[[ 0.0  1.0 -0.0]\n");
    assertThat(run("tensors", a, KERNEL, "--json")).as("the newest").isZero();
    assertThat(json().get("values").toString()).isEqualTo("[[0.0,1.0,-0.0],[\"NaN\",2.0,3.0]]");
    assertThat(json().get("complete").asBoolean()).isTrue();
    assertThat(json().get("statistics").get("nan").asInt()).isEqualTo(1);
    assertThat(json().get("statistics").get("zeros").asInt()).isEqualTo(2);
    assertThat(json().get("statistics").get("mean").asDouble()).isEqualTo(6.0 / 5);
    assertThat(run("tensors", a, "best", "model/kernel")).as("no metric is saved").isEqualTo(2);
    assertThat(run("tensors", a, "holdfast/run_id", "--json")).isZero();
    assertThat(json().get("values").asText()).contains("run-1");
    assertThat(json().get("statistics").isNull()).isTrue();
  }

  @Test
  void aWrongNameIsToldTheNearest() throws Exception {
    assertBadInput("nearest: model/kernel)", "tensors", a, 10, "modle/kernle");
    assertBadInput("nearest: optimizer/_iterations)", "tensors", a, "_iterations");
    assertBadInput("allowed: ", "tensors", a, 10, "something/else/entirely");
  }

  @Test
  void largeTensorsAreAbridgedForPeopleAndOmittedBeyondTheLimit() throws Exception {
    int many = TensorValues.MOST_IN_JSON + 1;
    Value large =
        new Value(KERNEL, DataType.UINT8, TensorShape.of(many), ByteBuffer.allocate(many), 0);
    Value wide =
        new Value(ITERATIONS, DataType.HALF, TensorShape.of(50, 40), ByteBuffer.allocate(4000), 0);
    Path c = directory.resolve("c");
    TestRun.write(c, 1, Map.of(1L, List.of(large, wide)));
    assertThat(run("tensors", c, 1, KERNEL, "--json")).isZero();
    assertThat(json().get("complete").asBoolean()).isFalse();
    assertThat(json().get("values").isNull()).isTrue();
    assertThat(json().get("statistics").get("zeros").asInt()).isEqualTo(many);
    assertThat(run("tensors", c, 1, KERNEL)).isZero();
    assertThat(out).contains("[0 0 0 ... 0 0 0]");
    assertThat(run("tensors", c, 1, ITERATIONS)).isZero();
    assertThat(out).contains("[[0.0 0.0 0.0 ... 0.0 0.0 0.0]\n", "\n ...\n", "0.0]]");
    assertThat(run("tensors", c, 1, ITERATIONS, "--json")).isZero();
    assertThat(json().get("values")).hasSize(50).allMatch(row -> row.size() == 40);
  }

  @Test
  void damageIsToldAndNothingIsPrinted() throws Exception {
    TestRun.flip(a.resolve("ckpt-t1r1-10.data-00001-of-00002"), 3);
    assertThat(run("tensors", a, 10, KERNEL, "--json")).isEqualTo(3);
    assertThat(out).isEmpty();
    assertThat(run("tensors", a, 10, ITERATIONS)).as("its own bytes are whole").isZero();
    assertThat(run("archive", a, 10, "--to", directory.resolve("x"))).isEqualTo(3);
    assertThat(err).contains("ckpt-t1r1-10.data-00001-of-00002");
    assertThat(run("reshard", a, 10, "--to", directory.resolve("r"), "--shards", 2)).isEqualTo(3);
    assertThat(names(directory)).doesNotContain("x");
    assertThat(names(directory.resolve("r"))).allMatch(name -> name.equals(".holdfast"));
  }

  @Test
  void aReshardedCheckpointHasTheSameBits() throws Exception {
    Path r = directory.resolve("r");
    for (int shards = 1; shards <= 3; shards++) {
      Path target = directory.resolve("r" + shards);
      assertThat(run("reshard", a, 10, "--to", target, "--shards", shards, "--json"))
          .as(err)
          .isZero();
      assertThat(json().get("shards").asInt()).isEqualTo(shards);
      assertThat(json().get("state").asText()).isEqualTo("VERIFIED");
      assertThat(names(target)).filteredOn(name -> name.contains(".data-")).hasSize(shards);
      assertThat(run("verify", target, "--all")).as(err).isZero();
      assertThat(run("diff", a, 10, target, 10)).as(out).isZero();
      assertThat(digest(target)).isEqualTo(digest(b));
    }
    assertBadInput("allowed: 1 to 4", "reshard", a, 10, "--to", r, "--shards", 5);
    assertBadInput("allowed: 1 to 4", "reshard", a, 10, "--to", r, "--shards", 0);
    assertThat(r).doesNotExist();
  }

  private String digest(Path run) throws Exception {
    assertThat(run("show", run, 10, "--json")).as(err).isZero();
    return json().get("digest").asText();
  }

  @Test
  void aRunThatMayNotGetACheckpointIsLeftAlone() throws Exception {
    assertThat(run("archive", a, 20, "--to", directory.resolve("x"))).as(err).isZero();
    Path other = directory.resolve("other");
    TestRun.write(other, 2, Map.of(10L, values(10, 1, 1)));
    List<String> before = names(other);
    assertBadInput("seed is 2", "reshard", a, 20, "--to", other, "--shards", 2);
    assertBadInput("seed is 2", "unarchive", directory.resolve("x"), "--to", other);
    assertThat(names(other)).isEqualTo(before);
    assertBadInput("of step 20 already", "reshard", a, 20, "--to", a, "--shards", 2);

    try (LivingLeader leader = new LivingLeader(LocalStore.openExisting(b))) {
      assertBadInput("a coordinator leads", "reshard", a, 20, "--to", b, "--shards", 2);
      assertBadInput("a coordinator leads", "unarchive", directory.resolve("x"), "--to", b);
      assertThat(leader.tenure.isFenced()).isFalse();
    }
  }

  /** A leader that renews its record until it is closed. */
  private static final class LivingLeader implements AutoCloseable {
    private final Tenure tenure;
    private final Thread renewing;
    private volatile boolean closed;

    LivingLeader(ObjectStore store) throws IOException {
      long seen = new CheckpointDirectory(store).list().largestTerm();
      this.tenure = ((ClaimOutcome.Won) store.claim(seen)).tenure();
      ProcessHandle self = ProcessHandle.current();
      LeaderRecord first =
          new LeaderRecord(
              tenure.term(),
              LocalHost.NAME,
              self.pid(),
              self.info().startInstant().orElseThrow(),
              "127.0.0.1:1",
              0);
      assertThat(first.write(tenure).isSettled()).isTrue();
      this.renewing = new Thread(() -> renew(first));
      renewing.start();
    }

    private void renew(LeaderRecord first) {
      for (LeaderRecord next = first.renewed(); !closed; next = next.renewed()) {
        next.write(tenure);
      }
    }

    @Override
    public void close() throws InterruptedException {
      closed = true;
      renewing.join();
    }
  }

  @Test
  void anArchiveComesBackWithTheSameBits() throws Exception {
    Path file = directory.resolve("a.tar.zst");
    assertThat(run("archive", a, 10, "--to", file, "--json")).as(err).isZero();
    assertThat(json().get("bytes").asLong()).isEqualTo(Files.size(file));
    assertBadInput("--overwrite", "archive", a, 20, "--to", file);
    assertThat(names(directory)).noneMatch(name -> name.contains(".part-"));

    Path target = directory.resolve("u");
    assertThat(run("unarchive", file, "--to", target, "--json")).as(err).isZero();
    assertThat(json().get("prefix").asText()).isEqualTo("ckpt-t1r1-10");
    assertThat(run("verify", target, "--all")).as(err).isZero();
    assertThat(run("diff", a, 10, target, 10)).as(out).isZero();
    assertBadInput("of step 10 already", "unarchive", file, "--to", target);
    assertThat(run("archive", a, 20, "--to", file, "--overwrite")).as(err).isZero();
    assertThat(run("unarchive", file, "--to", target)).as(err).isZero();
    assertThat(run("diff", a, 20, target, 20)).as(out).isZero();
    assertThat(run("diff", a, 10, target, 10)).as("nothing was made void").isZero();
  }

  @Test
  void aDamagedArchiveLeavesNothing() throws Exception {
    Path file = directory.resolve("a.tar.zst");
    assertThat(run("archive", a, 10, "--to", file)).as(err).isZero();
    TestRun.flip(file, (int) Files.size(file) / 2);
    assertThat(run("unarchive", file, "--to", directory.resolve("u"))).isEqualTo(3);
    assertThat(err).contains(file.toString());
    assertThat(directory.resolve("u")).doesNotExist();
    assertBadInput("no such file", "unarchive", directory.resolve("none"), "--to", b);
    assertBadInput("directory does not exist", "archive", a, 10, "--to", "no/where/x");
  }

  @Test
  void duCountsEveryByte() throws Exception {
    Files.writeString(a.resolve("notes.txt"), "mine");
    assertThat(run("du", a, "--json")).as(err).isZero();
    long bytes = 0;
    try (Stream<Path> files = Files.walk(a)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    assertThat(json().get("bytes").asLong()).isEqualTo(bytes);
    assertThat(json().get("checkpoints")).hasSize(2);
    assertThat(json().get("unaccounted").get(0).get("file").asText()).isEqualTo("notes.txt");
    assertThat(json().get("holdfast").get("journal").asLong()).isPositive();
    assertThat(run("du", a)).isZero();
    assertThat(out).contains("ckpt-t1r1-10", ".holdfast/journal", "notes.txt (not this run's)");
    assertBadInput("no such directory", "du", directory.resolve("nowhere"));
  }

  private void assertBadInput(String says, Object... arguments) {
    assertThat(run(arguments)).as(err).isEqualTo(2);
    assertThat(out).isEmpty();
    assertThat(err.lines()).hasSize(1);
    assertThat(err).contains(says);
  }

  private static List<String> names(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private JsonNode json() throws IOException {
    return MAPPER.readTree(out);
  }

  private int run(Object... arguments) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(printed, true, StandardCharsets.UTF_8),
            new PrintStream(told, true, StandardCharsets.UTF_8),
            false,
            100);
    String[] texts = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    int exitCode = Main.execute(terminal, texts);
    out = printed.toString(StandardCharsets.UTF_8);
    err = told.toString(StandardCharsets.UTF_8);
    return exitCode;
  }
}
