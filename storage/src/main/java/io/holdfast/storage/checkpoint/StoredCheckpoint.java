package io.holdfast.storage.checkpoint;

import io.holdfast.storage.store.ObjectInfo;
import java.time.Instant;
import java.util.List;

/**
 * A committed checkpoint as a listing shows it: its index and the shard files beside it. That it is
 * whole only a verification can tell.
 *
 * @param prefix its name
 * @param index its index file
 * @param shardFiles all files with its prefix besides the index, in order of name
 */
public record StoredCheckpoint(Prefix prefix, ObjectInfo index, List<ObjectInfo> shardFiles) {

  public StoredCheckpoint {
    shardFiles = List.copyOf(shardFiles);
  }

  /** When it was committed, by the store's clock. */
  public Instant time() {
    return index.modified();
  }

  /** Bytes of all its files. */
  public long bytes() {
    return index.length() + shardFiles.stream().mapToLong(ObjectInfo::length).sum();
  }
}
