package io.holdfast.cli;

import io.holdfast.storage.Locations;
import io.holdfast.storage.SettingsException;
import io.holdfast.storage.Stores;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A run directory as its user names it.
 *
 * @param given as it was typed, for messages
 * @param uri where that is
 */
record RunLocation(String given, URI uri) {

  /** Takes a path or a URI with a scheme that can be opened. */
  static RunLocation parse(String given) {
    try {
      return new RunLocation(given, Locations.parse(given));
    } catch (IllegalArgumentException e) {
      throw CommandFailedException.badInput(
          "RUN: "
              + given
              + ": "
              + e.getMessage()
              + " (a path such as runs/mnist, or a URI: "
              + Stores.allowed()
              + ")");
    }
  }

  /** Bad input if nothing can be written in a run that exists; other stores say so themselves. */
  void requireWritable() {
    if (Locations.isLocal(uri) && !Files.isWritable(Path.of(uri))) {
      throw CommandFailedException.badInput(
          "RUN: " + given + ": cannot be written: the directory or its file system is read-only");
    }
  }

  /** The store of a run; empty if there is no such run directory. Nothing is made. */
  Optional<ObjectStore> find() {
    try {
      return Optional.of(Stores.open(uri));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (SettingsException e) {
      throw CommandFailedException.badInput("RUN: " + given + ": " + e.getMessage());
    } catch (IOException e) {
      throw CommandFailedException.unreachable(given + ": cannot be read: " + e.getMessage());
    }
  }

  /** The store of a run that must exist; nothing is made. */
  ObjectStore openExisting() {
    return find()
        .orElseThrow(
            () -> CommandFailedException.badInput("RUN: " + given + ": no such directory"));
  }

  /** The store of a run, which is made if it does not exist. */
  ObjectStore openOrMake() {
    try {
      return Stores.openOrMake(uri);
    } catch (SettingsException e) {
      throw CommandFailedException.badInput("RUN: " + given + ": " + e.getMessage());
    } catch (IOException e) {
      throw CommandFailedException.badInput("RUN: " + given + ": cannot be made: " + e);
    }
  }

  /** The path of a run that must lie on a file system that every node sees. */
  Path requireShared(String option) {
    if (!Locations.isLocal(uri)) {
      throw CommandFailedException.badInput(
          option + ": " + given + " (allowed: a path on a file system that every node sees)");
    }
    return Path.of(uri);
  }

  /** For people, and to be given to a child process. */
  String shown() {
    return Locations.shown(uri);
  }

  /** Where a file of the run lies, for messages. */
  String file(String name) {
    return shown() + "/" + name;
  }

  /**
   * Where the logs of its processes lie: with the run, or on this machine, below the working
   * directory, if the run lies elsewhere.
   */
  Path logs() {
    return Locations.isLocal(uri)
        ? Path.of(uri).resolve(".holdfast").resolve("logs")
        : Path.of("logs", uri.toString().replaceAll("[^A-Za-z0-9._-]+", "-")).toAbsolutePath();
  }
}
