package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real workers, some of which come late, die or fall silent: the bits are those of one alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyWorkersTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int SHARDS = 3;

  /** Far beyond what a test waits for; the run is stopped when it has seen enough. */
  private static final String ENDLESS = "steps=1000000";

  private static final int HOSTILE_CONNECTIONS = 60;

  @TempDir static Path directory;

  private final long seed = Long.getLong("holdfast.seed", System.nanoTime());
  private Path job;
  private Path reference;

  @BeforeAll
  void runAlone() throws Exception {
    System.out.println("ManyWorkersTest: -Dholdfast.seed=" + seed);
    job = SmallJob.write(directory, SHARDS);
    reference = directory.resolve("alone");
    finish(reference, 1);
  }

  private void finish(Path run, int workers, String... sets) throws Exception {
    String[] command = {
      "run", job.toString(), "--dir", run.toString(), "--workers", String.valueOf(workers)
    };
    String[] all = Arrays.copyOf(command, command.length + 2 * sets.length);
    for (int i = 0; i < sets.length; i++) {
      all[command.length + 2 * i] = "--set";
      all[command.length + 2 * i + 1] = sets[i];
    }
    Holdfast.Result result = Holdfast.run(directory, all);
    assertThat(result.exitCode()).as(result.all()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void anyNumberOfWorkersEndsInTheSameBits(int workers) throws Exception {
    Path run = directory.resolve("workers-" + workers);
    finish(run, workers);
    assertSameBits(run);
    JsonNode newest = Holdfast.run(directory, "steps", run.toString(), "--json").json();
    assertThat(newest.get("steps").get(newest.get("steps").size() - 1).get("shards").asInt())
        .as("shard files: the leader's, and one of each worker")
        .isEqualTo(1 + workers);
  }

  @Test
  void theRoundGrowsAndShrinksWhileItRuns() throws Exception {
    Path run = directory.resolve("resized");
    try (Cluster cluster = Cluster.start(directory, job, run, "--set", ENDLESS)) {
      Holdfast.Running first = cluster.addWorker();
      cluster.awaitActive(1);
      cluster.awaitSaved(0);
      cluster.addWorker();
      cluster.addWorker();
      cluster.awaitActive(3);
      assertThat(shards(cluster)).isEqualTo(List.of(0, 1, 2));
      first.process().destroyForcibly();
      cluster.awaitActive(2);
      assertThat(shards(cluster)).isEqualTo(List.of(0, 1, 2));
      cluster.awaitSaved(RunFiles.newestStep(run));
      assertThat(cluster.stop().exitCode()).isEqualTo(130);
    }
    assertSameBits(run);
  }

  @Test
  void whatOneNumberOfWorkersSavedAnotherGoesOnFrom() throws Exception {
    Path run = directory.resolve("renumbered");
    for (int workers = SHARDS; workers > 1; workers--) {
      Holdfast.Running running =
          Holdfast.start(
              directory,
              "run",
              job.toString(),
              "--dir",
              run.toString(),
              "--workers",
              String.valueOf(workers));
      long before = RunFiles.newestStep(run);
      Await.until(
          DEADLINE,
          () -> "no checkpoint after step " + before,
          () -> RunFiles.newestStep(run) > before || !running.process().isAlive());
      running.process().destroyForcibly();
      running.await();
    }
    finish(run, 1);
    assertSameBits(run);
  }

  @Test
  void aSilentWorkerIsLostByItsLeaseAndComesBack() throws Exception {
    Path run = directory.resolve("silent");
    try (Cluster cluster = Cluster.start(directory, job, run, "--workers", "2", "--set", ENDLESS)) {
      cluster.addWorker();
      cluster.addWorker();
      cluster.awaitActive(2);
      long pid = cluster.active().get(0).get("pid").asLong();
      signal("STOP", pid);
      cluster.awaitActive(1);
      cluster.awaitSaved(RunFiles.newestStep(run));
      signal("CONT", pid);
      cluster.awaitActive(2);
      cluster.awaitSaved(RunFiles.newestStep(run));
      cluster.stop();
    }
    assertSameBits(run);
  }

  @Test
  void strangersChangeNothing() throws Exception {
    Path run = directory.resolve("attacked");
    try (Cluster cluster = Cluster.start(directory, job, run, "--workers", "2", "--set", ENDLESS)) {
      cluster.addWorker();
      cluster.addWorker();
      cluster.awaitActive(2);
      List<Integer> ports = List.copyOf(ListeningPorts.of(pids(cluster)));
      assertThat(ports).hasSizeGreaterThanOrEqualTo(3);
      long term = cluster.status().get("round").asLong();
      Random random = new Random(seed);
      for (int i = 0; i < HOSTILE_CONNECTIONS; i++) {
        disturb(ports.get(i % ports.size()), random);
      }
      cluster.awaitSaved(RunFiles.newestStep(run));
      assertThat(cluster.status().get("round").asLong()).as("the round").isEqualTo(term);
      assertThat(cluster.active()).hasSize(2);
      cluster.stop();
    }
    assertSameBits(run);
  }

  private static List<Long> pids(Cluster cluster) throws Exception {
    List<Long> pids = new ArrayList<>();
    pids.add(cluster.coordinator().process().pid());
    cluster.active().forEach(worker -> pids.add(worker.get("pid").asLong()));
    return pids;
  }

  /** Says something that is no frame and no gRPC, or nothing. */
  private static void disturb(int port, Random random) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
      byte[] bytes = new byte[random.nextInt(4096)];
      random.nextBytes(bytes);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (SocketException refused) {
      // It hung up on us, as it should.
    }
  }

  /** Logical shards of all active workers, ascending: each is computed once. */
  private static List<Integer> shards(Cluster cluster) throws Exception {
    return cluster.active().stream()
        .flatMap(worker -> StreamSupport.stream(worker.get("shards").spliterator(), false))
        .map(JsonNode::asInt)
        .sorted()
        .toList();
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
  }

  /** The bits of every saved step are those of one undisturbed worker that comes exactly as far. */
  private void assertSameBits(Path run) throws Exception {
    long newest = RunFiles.newestStep(run);
    Path alone = newest == SmallJob.STEPS ? reference : directory.resolve("alone-" + newest);
    if (RunFiles.newestStep(alone) < newest) {
      finish(alone, 1, "steps=" + newest);
    }
    Map<Long, String> expected = digests(alone);
    Map<Long, String> actual = digests(run);
    actual.keySet().retainAll(expected.keySet());
    assertThat(actual).as("comparable steps, seed %d", seed).isNotEmpty();
    actual.forEach(
        (step, digest) ->
            assertThat(digest).as("step %d, seed %d", step, seed).isEqualTo(expected.get(step)));
    assertThat(actual).containsKey(newest);
    Holdfast.Result verified = Holdfast.run(directory, "verify", run.toString(), "--all");
    assertThat(verified.exitCode()).as(verified.all()).isZero();
  }

  private static Map<Long, String> digests(Path run) throws Exception {
    Map<Long, String> digests = new TreeMap<>();
    JsonNode steps = Holdfast.run(directory, "steps", run.toString(), "--json").json();
    for (JsonNode step : steps.get("steps")) {
      if (List.of("COMMITTED", "VERIFIED").contains(step.get("state").asText())) {
        long number = step.get("step").asLong();
        digests.put(number, Holdfast.digest(directory, run, number));
      }
    }
    return digests;
  }
}
