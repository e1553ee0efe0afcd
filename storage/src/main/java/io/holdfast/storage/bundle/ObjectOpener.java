package io.holdfast.storage.bundle;

import io.holdfast.storage.store.ObjectReader;
import java.io.IOException;

/** Opens a checkpoint's files by name, wherever they lie. Safe for use by several threads. */
@FunctionalInterface
public interface ObjectOpener {

  /**
   * Opens the object of that name.
   *
   * @throws java.nio.file.NoSuchFileException if there is none (or {@link
   *     java.io.FileNotFoundException})
   * @throws IOException if it is not known whether there is one, or it cannot be read
   */
  ObjectReader open(String name) throws IOException;
}
