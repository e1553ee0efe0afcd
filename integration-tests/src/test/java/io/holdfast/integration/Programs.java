package io.holdfast.integration;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs of this system that a test needs. */
final class Programs {
  private Programs() {}

  /** The first one that is not there; daemons often are not on the PATH. */
  static Optional<String> missing(String... names) {
    return Stream.of(names).filter(name -> find(name).isEmpty()).findFirst();
  }

  /** A program's path. */
  static String path(String name) {
    return find(name).orElseThrow(() -> new AssertionError(name + ": not found")).toString();
  }

  private static Optional<Path> find(String name) {
    Stream<String> directories =
        Stream.concat(
            Stream.of(System.getenv("PATH").split(":")), List.of("/usr/sbin", "/sbin").stream());
    return directories
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
