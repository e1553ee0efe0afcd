package io.holdfast.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** A coordinator and workers started one by one, as a launch script does; nothing replaces them. */
final class Cluster implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int UNREACHABLE = 4;
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Path directory;
  private final Path run;
  private final Holdfast.Running coordinator;
  private final List<Holdfast.Running> workers = new ArrayList<>();

  private Cluster(Path directory, Path run, Holdfast.Running coordinator) {
    this.directory = directory;
    this.run = run;
    this.coordinator = coordinator;
  }

  /**
   * Starts a coordinator.
   *
   * @param directory of the commands
   * @param options after the job, such as {@code --set}
   */
  static Cluster start(Path directory, Path job, Path run, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("coordinator", job.toString()));
    command.addAll(List.of("--dir", run.toString(), "--listen", "127.0.0.1:0"));
    command.addAll(List.of(options));
    Holdfast.Running coordinator = Holdfast.start(directory, command.toArray(String[]::new));
    Cluster cluster = new Cluster(directory, run, coordinator);
    cluster.await("a leader", () -> Files.exists(run.resolve(".holdfast/leader")));
    return cluster;
  }

  Holdfast.Running coordinator() {
    return coordinator;
  }

  /** HOST:PORT of the coordinator, as the run directory tells it. */
  String address() throws IOException {
    return MAPPER.readTree(run.resolve(".holdfast/leader").toFile()).get("address").asText();
  }

  /** Starts a worker. */
  Holdfast.Running addWorker() throws IOException {
    Holdfast.Running worker =
        Holdfast.start(directory, "worker", "--coordinator", address(), "--cores", "1");
    workers.add(worker);
    return worker;
  }

  /** What {@code status --json} says. */
  JsonNode status() throws IOException, InterruptedException {
    Holdfast.Result status = Holdfast.run(directory, "status", "--dir", run.toString(), "--json");
    if (status.exitCode() != 0) {
      throw new AssertionError(status.all());
    }
    return status.json();
  }

  /** Workers that compute, as {@code workers --json} says; none while nobody leads. */
  List<JsonNode> active() throws IOException, InterruptedException {
    Holdfast.Result told = Holdfast.run(directory, "workers", "--dir", run.toString(), "--json");
    if (told.exitCode() == UNREACHABLE) {
      return List.of();
    }
    return StreamSupport.stream(told.json().get("workers").spliterator(), false)
        .filter(worker -> worker.get("state").asText().equals("ACTIVE"))
        .toList();
  }

  /** Waits until so many workers compute. */
  void awaitActive(int count) throws Exception {
    await(count + " active workers", () -> active().size() == count);
  }

  /** Waits until a checkpoint of a later step than that is visible. */
  void awaitSaved(long step) throws Exception {
    await("a checkpoint after step " + step, () -> RunFiles.newestStep(run) > step);
  }

  private void await(String what, Await.Condition condition) throws Exception {
    Await.until(DEADLINE, () -> "no " + what + "\n" + told(), condition);
  }

  private String told() {
    try {
      return Files.readString(coordinator.err()) + Files.readString(coordinator.out());
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Asks the coordinator to save and leave, and waits for all to be gone. */
  Holdfast.Result stop() throws IOException, InterruptedException {
    coordinator.process().destroy();
    Holdfast.Result result = coordinator.await();
    for (Holdfast.Running worker : workers) {
      worker.await();
    }
    return result;
  }

  @Override
  public void close() throws Exception {
    coordinator.kill();
    for (Holdfast.Running worker : workers) {
      worker.kill();
    }
  }
}
