package io.holdfast.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What suites are given.
 *
 * @param project the project's directory
 * @param release the release directory that whole runs are started from
 * @param scratch an empty directory on the disk that is measured; suites leave nothing in it
 * @param python an interpreter with TensorFlow, if there is one to compare with
 * @param quick to see that it runs, not to measure
 * @param rounds that count
 * @param seconds of steps in a round
 * @param megabytes MiB of a checkpoint that is written and read
 * @param out where tables and progress go
 */
public record Bench(
    Path project,
    Path release,
    Path scratch,
    Optional<String> python,
    boolean quick,
    int rounds,
    int seconds,
    int megabytes,
    PrintStream out) {

  /** The job file of that name. */
  public Path job(String name) {
    return project.resolve("benchmarks/jobs").resolve(name + ".yaml");
  }

  /** Cores that this process may use. */
  public static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** Removes a directory of the scratch with all that is in it. */
  public static void remove(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    }
  }
}
