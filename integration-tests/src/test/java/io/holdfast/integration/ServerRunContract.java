package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.storage.Stores;
import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole runs on a storage server that save each step, with job file, data and run all there:
 * whatever happens to them, they end in the bits of the run on a local disk, and nothing that was
 * saved is lost.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerRunContract {
  static final Duration DEADLINE = Duration.ofMinutes(4);
  static final long STEPS = 40;

  private static final int SAMPLES = 240;
  private static final int PIXELS = 64;

  @TempDir static Path directory;

  private URI job;
  private String undisturbed;

  /** A location on the server, which is up. */
  abstract URI uri(String path) throws Exception;

  @BeforeAll
  void runOnLocalDisk() throws Exception {
    byte[] images = new byte[SAMPLES * PIXELS];
    byte[] labels = new byte[SAMPLES];
    for (int i = 0; i < images.length; i++) {
      images[i] = (byte) (i * 31 + i / PIXELS * 7);
    }
    for (int i = 0; i < SAMPLES; i++) {
      labels[i] = (byte) (i % 3);
    }
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.write(data.resolve("images"), idx(images, SAMPLES, 8, 8));
    Files.write(data.resolve("labels"), idx(labels, SAMPLES));
    Files.writeString(directory.resolve("job.yaml"), JOB);
    putOnServer();
    Holdfast.Result result = Holdfast.run(directory, "run", "job.yaml", "--dir", "local");
    assertThat(result.exitCode()).as(result.all()).isZero();
    undisturbed = Holdfast.digest(directory, directory.resolve("local"), STEPS);
  }

  private static byte[] idx(byte[] elements, int... dims) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dims.length + elements.length);
    file.putInt(0x0800 | dims.length);
    for (int dim : dims) {
      file.putInt(dim);
    }
    return file.put(elements).array();
  }

  private void putOnServer() throws Exception {
    URI jobs = uri("/jobs");
    ObjectStore store = Stores.openOrMake(jobs);
    for (String name : List.of("job.yaml", "data/images", "data/labels")) {
      try (ObjectWriter writer = store.create(name)) {
        writer.write(ByteBuffer.wrap(Files.readAllBytes(directory.resolve(name))));
        writer.sync();
      }
    }
    job = URI.create(jobs + "/job.yaml");
  }

  /** A second coordinator takes over from a frozen one, which then wakes up and changes nothing. */
  @Test
  void aWokenLeaderLeavesAndTheRunEndsInTheSameBits() throws Exception {
    URI run = uri("/runs/woken");
    Holdfast.Running running = start(run);
    awaitNewSave(running, run, 1);
    List<ProcessHandle> leaders = running.children("coordinator");
    signal("STOP", leaders);
    Holdfast.Running second =
        Holdfast.start(
            directory, "coordinator", job(), "--dir", run.toString(), "--listen", "127.0.0.1:0");
    ObjectStore store = Stores.open(run);
    Await.until(DEADLINE, () -> "no second term", () -> store.currentTerm().orElse(0) > 1);
    long newest = newestStep(run);
    signal("CONT", leaders);
    Await.until(
        DEADLINE,
        () -> "the woken leader stays",
        () -> leaders.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(newestStep(run)).isGreaterThanOrEqualTo(newest);
    second.process().destroyForcibly().waitFor();

    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertSameBits(run);
  }

  @Test
  void aForkThatLeavesTheJobAsItIsEndsInTheSameBits() throws Exception {
    URI parent = uri("/runs/parent");
    ok("run", job(), "--dir", parent.toString(), "--set", "steps=6");
    URI fork = uri("/runs/fork");
    ok("run", job(), "--dir", fork.toString(), "--fork", "--from", parent + "/4");
    assertSameBits(fork);
    assertThat(newestStep(parent)).isEqualTo(6);
    assertDuAgreesWithSteps(fork.toString());
  }

  /** Each checkpoint has bytes of its own. */
  private static void assertDuAgreesWithSteps(String run) throws Exception {
    Map<Long, Long> used = new TreeMap<>();
    for (JsonNode checkpoint : query("du", run, "--json").get("checkpoints")) {
      used.put(checkpoint.get("step").asLong(), checkpoint.get("bytes").asLong());
      assertThat(checkpoint.get("shared").asLong()).isZero();
    }
    Map<Long, Long> saved = new TreeMap<>();
    for (JsonNode step : query("steps", run, "--json").get("steps")) {
      if (step.get("state").asText().equals("VERIFIED")) {
        saved.put(step.get("step").asLong(), step.get("bytes").asLong());
      }
    }
    assertThat(used).isEqualTo(saved).containsKey(STEPS);
  }

  /** The job file on the server. */
  final String job() {
    return job.toString();
  }

  /** Starts the job there, to the end unless something is set otherwise. */
  final Holdfast.Running start(URI run, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("run", job(), "--dir", run.toString()));
    command.addAll(List.of(options));
    return Holdfast.start(directory, command.toArray(String[]::new));
  }

  final void assertSameBits(URI run) throws Exception {
    JsonNode shown = query("show", run.toString(), "latest", "--json");
    assertThat(shown.get("step").asLong()).isEqualTo(STEPS);
    assertThat(shown.get("digest").asText()).isEqualTo(undisturbed);
    assertThat(query("evaluate", job(), run.toString(), "--json"))
        .isEqualTo(query("evaluate", "job.yaml", "local", "--json"));
    assertThat(query("steps", run.toString(), "--json").get("latest").asLong()).isEqualTo(STEPS);
    ok("verify", run.toString(), "--all");
  }

  static Holdfast.Result ok(String... arguments) throws Exception {
    Holdfast.Result result = Holdfast.run(directory, arguments);
    assertThat(result.exitCode()).as(result.all()).isZero();
    return result;
  }

  static JsonNode query(String... arguments) throws Exception {
    return ok(arguments).json();
  }

  static void kill(Holdfast.Running running, String role) {
    running.children(role).forEach(ProcessHandle::destroyForcibly);
  }

  private static void signal(String name, List<ProcessHandle> processes) throws Exception {
    for (ProcessHandle process : processes) {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }
  }

  /** Waits for the run to save so many steps more, or to end. */
  static void awaitNewSave(Holdfast.Running running, URI run, int steps) throws Exception {
    long before = newestStep(run);
    Await.until(
        DEADLINE,
        () -> "no " + steps + " saves after step " + before,
        () -> newestStep(run) >= before + steps || !running.process().isAlive());
  }

  /** The newest step that has a checkpoint; -1 if there is none. */
  static long newestStep(URI run) throws IOException {
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

  private static final String JOB =
      """
      name: on-a-server
      seed: 7
      model:
        input: [8, 8, 1]
        layers:
          - conv2d: {filters: 4, kernel_size: 3, activation: relu}
          - flatten
          - dropout: {rate: 0.25}
          - dense: {units: 3, activation: softmax}
      loss: sparse_categorical_crossentropy
      optimizer: {adam: {learning_rate: 0.01}}
      metrics: [accuracy]
      data:
        batch_size: 20
        shuffle: true
        train: {idx: {images: data/images, labels: data/labels}, scale: 255}
        validation: {idx: {images: data/images, labels: data/labels}, scale: 255}
      steps: %d
      mesh: {shards: 2, model: 1, threads: 1, isa: avx2}
      checkpoint: {every_steps: 1, writers: 2, async: false, max_to_keep: 5}
      """
          .formatted(STEPS);
}
