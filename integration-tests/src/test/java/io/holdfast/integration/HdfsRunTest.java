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
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole runs on a real HDFS that save each step, with job file, data and run all there: whatever is
 * killed, they end in the bits of the run on a local disk, and nothing that was saved is lost.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HdfsRunTest {
  private static final Duration DEADLINE = Duration.ofMinutes(4);
  private static final int SAMPLES = 240;
  private static final long STEPS = 40;
  private static final int PIXELS = 64;

  @TempDir static Path directory;

  private HdfsCluster cluster;
  private URI job;
  private String undisturbed;

  @BeforeAll
  void runOnLocalDisk() throws Exception {
    cluster = HdfsCluster.shared();
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
    putOnHdfs();
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

  private void putOnHdfs() throws IOException {
    URI jobs = cluster.uri("/jobs");
    ObjectStore store = Stores.openOrMake(jobs);
    for (String name : List.of("job.yaml", "data/images", "data/labels")) {
      try (ObjectWriter writer = store.create(name)) {
        writer.write(ByteBuffer.wrap(Files.readAllBytes(directory.resolve(name))));
        writer.sync();
      }
    }
    job = URI.create(jobs + "/job.yaml");
  }

  @Test
  void endsInTheBitsOfALocalDiskWhateverIsKilled() throws Exception {
    URI run = cluster.uri("/runs/killed");
    Holdfast.Running running =
        Holdfast.start(directory, "run", job.toString(), "--dir", run.toString());
    awaitNewSave(running, run, 1);
    cluster.kill("datanode-1");
    awaitNewSave(running, run, 2);
    kill(running, "worker");
    awaitNewSave(running, run, 1);
    long acknowledged = newestStep(run);
    cluster.kill("namenode");
    cluster.startNameNode();
    kill(running, "coordinator");
    awaitNewSave(running, run, 1);
    assertThat(newestStep(run)).isGreaterThanOrEqualTo(acknowledged);
    cluster.kill("datanode-2");
    cluster.startDataNode(1);
    cluster.startDataNode(2);

    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.err()).contains("was killed (SIGKILL)");
    cluster.awaitDataNodes();
    assertSameBits(run);
    assertThat(query("evaluate", job.toString(), run.toString(), "--json"))
        .isEqualTo(query("evaluate", "job.yaml", "local", "--json"));
    assertThat(directory.resolve("logs")).isDirectory();
  }

  /** A second coordinator takes over from a frozen one, which then wakes up and changes nothing. */
  @Test
  void aWokenLeaderLeavesAndTheRunEndsInTheSameBits() throws Exception {
    URI run = cluster.uri("/runs/woken");
    Holdfast.Running running =
        Holdfast.start(directory, "run", job.toString(), "--dir", run.toString());
    awaitNewSave(running, run, 1);
    List<ProcessHandle> leaders = running.children("coordinator");
    signal("STOP", leaders);
    Holdfast.Running second =
        Holdfast.start(
            directory,
            "coordinator",
            job.toString(),
            "--dir",
            run.toString(),
            "--listen",
            "127.0.0.1:0");
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

  private void assertSameBits(URI run) throws Exception {
    JsonNode shown = query("show", run.toString(), "latest", "--json");
    assertThat(shown.get("step").asLong()).isEqualTo(STEPS);
    assertThat(shown.get("digest").asText()).isEqualTo(undisturbed);
    assertThat(query("steps", run.toString(), "--json").get("latest").asLong()).isEqualTo(STEPS);
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

  private static void signal(String name, List<ProcessHandle> processes) throws Exception {
    for (ProcessHandle process : processes) {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }
  }

  /** Waits for the run to save so many steps more, or to end. */
  private static void awaitNewSave(Holdfast.Running running, URI run, int steps) throws Exception {
    long before = newestStep(run);
    Await.until(
        DEADLINE,
        () -> "no " + steps + " saves after step " + before,
        () -> newestStep(run) >= before + steps || !running.process().isAlive());
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

  private static final String JOB =
      """
      name: on-hdfs
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
      checkpoint: {every_steps: 1, async: false, max_to_keep: 5}
      """
          .formatted(STEPS);
}
