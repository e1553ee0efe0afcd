package io.holdfast.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What lies in a run directory, by looking at it. */
final class RunFiles {
  private RunFiles() {}

  /** Names of files directly in the run directory that begin with a prefix. */
  static List<String> startingWith(Path run, String prefix) throws IOException {
    if (!Files.isDirectory(run)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(run)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .sorted()
          .toList();
    }
  }

  /** The newest step that has an index; -1 if none has. */
  static long newestStep(Path run) throws IOException {
    return startingWith(run, "ckpt-").stream()
        .filter(name -> name.endsWith(".index"))
        .mapToLong(
            name ->
                Long.parseLong(
                    name.substring(name.lastIndexOf('-') + 1, name.length() - ".index".length())))
        .max()
        .orElse(-1);
  }

  /** Copies a finished run. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}
