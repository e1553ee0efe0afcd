package io.holdfast.storage.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** Opens the store of a run directory by the scheme of its URI. */
public final class Stores {
  private Stores() {}

  /**
   * The store at {@code location}, which must exist.
   *
   * @param location a {@code file:} URI
   * @throws IllegalArgumentException for another scheme
   * @throws java.nio.file.NoSuchFileException if there is no such directory
   */
  public static ObjectStore open(URI location) throws IOException {
    if (!"file".equalsIgnoreCase(location.getScheme())) {
      throw new IllegalArgumentException(location + ": unknown scheme (allowed: file)");
    }
    return LocalStore.openExisting(Path.of(location));
  }
}
