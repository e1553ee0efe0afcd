package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators ask of a live job of real processes, from beside it; no step is lost by it. */
class LiveCommandsTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Far more steps than anybody waits for: the job ends because it is stopped. */
  private static final long ENDLESS = 1_000_000;

  @TempDir Path directory;

  private Path job;
  private Path run;
  private Holdfast.Running running;

  @BeforeEach
  void start() throws Exception {
    job = SmallJob.write(directory);
    run = directory.resolve("live");
    running = Holdfast.start(directory, command("live", "2", ENDLESS));
    Await.until(DEADLINE, () -> "no step is done", () -> workersAtWork() == 2);
  }

  @AfterEach
  void end() throws Exception {
    running.kill();
  }

  @Test
  void savesDrainsAndStopsWithoutLosingAStep() throws Exception {
    Holdfast.Running watch = Holdfast.start(directory, "watch", "--dir", "live", "--json");
    JsonNode saved = ask("save");
    assertThat(saved.get("state").asText()).isIn("COMMITTED", "VERIFIED");
    assertThat(run.resolve(saved.get("prefix").asText() + ".index")).exists();

    String drained = drainOne();
    ProcessHandle coordinator = running.children("coordinator").get(0);
    coordinator.destroyForcibly();
    Await.until(
        DEADLINE,
        () -> "no other coordinator",
        () -> !coordinator.isAlive() && workersAtWork() == 1);
    assertThat(running.children("worker")).as("the drained one does not come back").hasSize(1);

    JsonNode stopped = ask("stop");
    Holdfast.Result result = running.await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.err()).contains("was drained");
    long step = stopped.get("step").asLong();
    assertThat(step).isGreaterThanOrEqualTo(saved.get("step").asLong());
    assertThat(RunFiles.newestStep(run)).isEqualTo(step);
    requirePictures(watch.await(), drained);
    requireSameBits(step);
  }

  @Test
  void whatCannotBeIsToldWithWhatIsAllowed() throws Exception {
    Holdfast.Result unknown = Holdfast.run(directory, "drain", "nobody", "--dir", "live");
    assertThat(unknown.exitCode()).as(unknown.all()).isEqualTo(2);
    assertThat(unknown.err())
        .contains("no worker nobody (known: ")
        .contains(workers().get(0).get("id").asText());
    drainOne();
    String last = workers().get(0).get("id").asText();
    Holdfast.Result tooFew = Holdfast.run(directory, "drain", last, "--dir", "live");
    assertThat(tooFew.exitCode()).as(tooFew.all()).isEqualTo(2);
    assertThat(tooFew.err())
        .contains("0 of at least 1 workers would be left (cluster.min_workers)");
    Holdfast.Result nobody =
        Holdfast.run(directory, "save", "--coordinator", "127.0.0.1:1", "--timeout", "5");
    assertThat(nobody.exitCode()).as(nobody.all()).isEqualTo(4);
    Holdfast.Result once = Holdfast.run(directory, "watch", "--dir", "live", "--once");
    assertThat(once.exitCode()).as(once.all()).isZero();
    assertThat(once.out().lines())
        .singleElement()
        .asString()
        .contains(" step ")
        .contains("1 workers");
  }

  /** Drains a member; its process is gone afterwards, and the other works on. */
  private String drainOne() throws Exception {
    JsonNode leaver = workers().get(0);
    ProcessHandle process = ProcessHandle.of(leaver.get("pid").asLong()).orElseThrow();
    String id = leaver.get("id").asText();
    JsonNode answer = ask("drain", id);
    assertThat(answer.get("worker").asText()).isEqualTo(id);
    Await.until(DEADLINE, () -> id + " is still there", () -> !process.isAlive());
    assertThat(workers()).hasSize(1);
    assertThat(workers().get(0).get("shards")).hasSize(2);
    assertThat(running.children("worker")).hasSize(1);
    return id;
  }

  private JsonNode ask(String... request) throws Exception {
    List<String> command = new ArrayList<>(List.of(request));
    command.addAll(List.of("--dir", "live", "--json"));
    Holdfast.Result result = Holdfast.run(directory, command.toArray(String[]::new));
    assertThat(result.exitCode()).as(result.all()).isZero();
    return result.json();
  }

  private List<JsonNode> workers() throws Exception {
    Holdfast.Result result = Holdfast.run(directory, "workers", "--dir", "live", "--json");
    assertThat(result.exitCode()).as(result.all()).isZero();
    List<JsonNode> workers = new ArrayList<>();
    result.json().get("workers").forEach(workers::add);
    return workers;
  }

  /** Workers that have done a step; none while nobody leads. */
  private long workersAtWork() throws Exception {
    Holdfast.Result result = Holdfast.run(directory, "workers", "--dir", "live", "--json");
    long count = 0;
    if (result.exitCode() == 0) {
      for (JsonNode worker : result.json().get("workers")) {
        boolean works = worker.get("state").asText().equals("ACTIVE");
        count += works && worker.get("samples_per_second").asDouble() > 0 ? 1 : 0;
      }
    }
    return count;
  }

  /** Each line is a document; the pictures go on after the coordinator moved, to the end. */
  private static void requirePictures(Holdfast.Result watched, String drained) throws Exception {
    assertThat(watched.exitCode()).as(watched.all()).isZero();
    assertThat(watched.err()).contains("The coordinator is gone");
    List<JsonNode> pictures = new ArrayList<>();
    for (String line : watched.out().lines().toList()) {
      pictures.add(MAPPER.readTree(line));
    }
    JsonNode last = pictures.get(pictures.size() - 1);
    assertThat(last.at("/status/phase").asText()).isEqualTo("ENDED");
    assertThat(last.at("/status/reason").asText()).isEqualTo("an operator stopped the job");
    assertThat(pictures.get(0).get("workers").toString()).contains(drained);
    assertThat(last.at("/status/term").asLong())
        .isGreaterThan(pictures.get(0).at("/status/term").asLong());
  }

  /** The same command goes on, and ends in the bits of a run that nobody disturbed. */
  private void requireSameBits(long stoppedAt) throws Exception {
    long end = stoppedAt + 20;
    for (String name : List.of("live", "undisturbed")) {
      Holdfast.Result result = Holdfast.run(directory, command(name, "1", end));
      assertThat(result.exitCode()).as(result.all()).isZero();
    }
    assertThat(Holdfast.digest(directory, run, end))
        .isEqualTo(Holdfast.digest(directory, directory.resolve("undisturbed"), end));
    assertThat(Files.exists(run.resolve(".holdfast/quarantine"))).isFalse();
  }

  private String[] command(String name, String workers, long steps) {
    return new String[] {
      "run", job.toString(), "--dir", name, "--workers", workers, "--set", "steps=" + steps
    };
  }
}
