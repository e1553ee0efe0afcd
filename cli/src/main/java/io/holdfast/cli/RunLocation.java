package io.holdfast.cli;

import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A run directory as its user names it.
 *
 * @param given as it was typed, for messages
 * @param path where that is
 */
record RunLocation(String given, Path path) {
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  /** Takes a path or a {@code file:} URI; any other scheme is bad input. */
  static RunLocation parse(String given) {
    try {
      if (given.isEmpty()) {
        throw new IllegalArgumentException("is empty");
      }
      if (!SCHEME.matcher(given).matches()) {
        return new RunLocation(given, Path.of(given).toAbsolutePath().normalize());
      }
      URI uri = URI.create(given);
      if (!"file".equalsIgnoreCase(uri.getScheme())) {
        throw new IllegalArgumentException("unknown scheme " + uri.getScheme());
      }
      return new RunLocation(given, Path.of(uri).toAbsolutePath().normalize());
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      String problem = e instanceof InvalidPathException bad ? bad.getReason() : e.getMessage();
      throw CommandFailedException.badInput(
          "RUN: "
              + given
              + ": "
              + problem
              + " (allowed: a path such as runs/mnist, or a file: URI)");
    }
  }

  boolean exists() {
    return Files.isDirectory(path);
  }

  /** Bad input if nothing can be written in a run that exists. */
  void requireWritable() {
    if (!Files.isWritable(path)) {
      throw CommandFailedException.badInput(
          "RUN: " + given + ": cannot be written: the directory or its file system is read-only");
    }
  }

  /** The store of a run that must exist; nothing is made. */
  ObjectStore openExisting() {
    try {
      return LocalStore.openExisting(path);
    } catch (NoSuchFileException e) {
      throw CommandFailedException.badInput("RUN: " + given + ": no such directory");
    } catch (IOException e) {
      throw CommandFailedException.unreachable(given + ": cannot be read: " + e.getMessage());
    }
  }

  /** The store of a run, which is made if it does not exist. */
  ObjectStore openOrMake() {
    try {
      return LocalStore.open(path);
    } catch (IOException e) {
      throw CommandFailedException.badInput("RUN: " + given + ": cannot be made: " + e);
    }
  }

  /** Where the logs of its processes lie. */
  Path logs() {
    return path.resolve(".holdfast").resolve("logs");
  }
}
