package io.holdfast.benchmarks.suite;

import io.holdfast.storage.Stores;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.worker.runtime.StateFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A worker's memory with a state of random bytes, in a JVM that stays. Orders: {@code save} makes a
 * checkpoint, {@code save-2} one by two writers, {@code load} loads it, {@code delete} deletes it.
 */
final class StateProgram {
  private final SyntheticRun run;
  private final StateFiles.State state;
  private Optional<Prefix> saved = Optional.empty();

  private StateProgram(SyntheticRun run) {
    this.run = run;
    this.state = run.files().allocate(0, 1);
    run.files().randomize(state, 1);
  }

  /** A URI for the run, MiB of the state, a directory for files of its own. */
  public static void main(String[] arguments) throws Exception {
    Path scratch = Files.createTempDirectory(Path.of(arguments[2]), "synthetic");
    try (SyntheticRun run =
        SyntheticRun.create(
            scratch, Stores.openOrMake(URI.create(arguments[0])), Integer.parseInt(arguments[1]))) {
      StateProgram program = new StateProgram(run);
      BufferedReader orders =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String order = orders.readLine(); order != null; order = orders.readLine()) {
        System.out.println(program.perform(order));
      }
    }
  }

  private double perform(String order) throws IOException, InterruptedException {
    return switch (order) {
      case "save" -> save(1);
      case "save-2" -> save(2);
      case "load" -> load();
      case "delete" -> delete();
      default -> throw new IOException("no such order: " + order);
    };
  }

  private double save(int writers) throws IOException, InterruptedException {
    long start = System.nanoTime();
    saved = Optional.of(run.save(List.of(state), writers));
    return seconds(start);
  }

  private double load() throws IOException, InterruptedException {
    long start = System.nanoTime();
    run.files().load(saved.orElseThrow(), state);
    return seconds(start);
  }

  private double delete() throws IOException {
    long start = System.nanoTime();
    run.delete(saved.orElseThrow());
    return seconds(start);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
