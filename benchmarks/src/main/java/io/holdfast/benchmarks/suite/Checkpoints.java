package io.holdfast.benchmarks.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files of a checkpoint. */
final class Checkpoints {
  private Checkpoints() {}

  /** The file with most bytes. */
  static Path largest(List<Path> files) throws IOException {
    Path largest = files.get(0);
    for (Path file : files) {
      largest = Files.size(file) > Files.size(largest) ? file : largest;
    }
    return largest;
  }
}
