package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Opens a directory on a POSIX file system, local or shared, with hard links, fsync and
 * close-to-open consistency.
 */
public final class LocalStore {
  private LocalStore() {}

  /** The store in a directory that exists or, with its parents, is made now. */
  public static ObjectStore open(Path directory) throws IOException {
    Path root = directory.toAbsolutePath().normalize();
    Files.createDirectories(root);
    return new FileTreeStore(root.toUri(), new NioDisk(root));
  }

  /** The store in a directory that must exist; nothing is made. */
  public static ObjectStore openExisting(Path directory) throws IOException {
    Path root = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(root)) {
      throw new NoSuchFileException(root.toString());
    }
    return new FileTreeStore(root.toUri(), new NioDisk(root));
  }
}
