package io.holdfast.storage.store;

import java.time.Instant;

/**
 * One stored object as a listing shows it.
 *
 * @param name the object's name, relative to the store's root
 * @param length bytes
 * @param modified when it was last written, by the store's clock
 */
public record ObjectInfo(String name, long length, Instant modified) {

  public ObjectInfo {
    ObjectNames.check(name);
    if (length < 0) {
      throw new IllegalArgumentException("negative length of " + name + ": " + length);
    }
  }
}
