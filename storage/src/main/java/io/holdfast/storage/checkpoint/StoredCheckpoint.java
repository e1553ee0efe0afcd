package io.holdfast.storage.checkpoint;

import io.holdfast.storage.store.ObjectInfo;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A committed checkpoint as a listing shows it: its index and the shard files beside it. That it is
 * whole only a verification can tell.
 *
 * @param prefix its name
 * @param index its index file
 * @param shardFiles all files with its prefix that are named like shard files, in order of name
 * @param parity its parity file, if it has one
 */
public record StoredCheckpoint(
    Prefix prefix, ObjectInfo index, List<ObjectInfo> shardFiles, Optional<ObjectInfo> parity) {

  public StoredCheckpoint {
    shardFiles = List.copyOf(shardFiles);
  }

  /** When it was committed, by the store's clock. */
  public Instant time() {
    return index.modified();
  }

  /** All its files but the index. */
  public List<ObjectInfo> besidesIndex() {
    return Stream.concat(shardFiles.stream(), parity.stream()).toList();
  }

  /** Bytes of each of its files, by their identity: other checkpoints may have the same ones. */
  public Map<Object, Long> copies() {
    Map<Object, Long> copies = new HashMap<>();
    copies.put(index.identity(), index.length());
    besidesIndex().forEach(object -> copies.put(object.identity(), object.length()));
    return copies;
  }

  /** Bytes of all its files, also of those that it shares. */
  public long bytes() {
    return index.length() + besidesIndex().stream().mapToLong(ObjectInfo::length).sum();
  }
}
