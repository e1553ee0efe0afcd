package io.holdfast.storage.store;

import java.time.Instant;
import java.util.Objects;

/**
 * One stored object as a listing shows it.
 *
 * @param name the object's name, relative to the store's root
 * @param length bytes
 * @param modified when it was last written, by the store's clock
 * @param identity equal for names of the same bytes on the disk, and only for those
 */
public record ObjectInfo(String name, long length, Instant modified, Object identity) {

  /** An object with bytes of its own. */
  public ObjectInfo(String name, long length, Instant modified) {
    this(name, length, modified, name);
  }

  public ObjectInfo {
    Objects.requireNonNull(identity);
    ObjectNames.check(name);
    if (length < 0) {
      throw new IllegalArgumentException("negative length of " + name + ": " + length);
    }
  }
}
