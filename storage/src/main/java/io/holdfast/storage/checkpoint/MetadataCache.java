package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DamagedCheckpointException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What checkpoints say of themselves, read once each: what lies under a prefix never changes. */
final class MetadataCache {
  private final CheckpointDirectory directory;
  private final Map<Prefix, CheckpointMetadata> known = new HashMap<>();

  MetadataCache(CheckpointDirectory directory) {
    this.directory = directory;
  }

  /** A checkpoint's metrics; none if it is damaged or gone, which is found out elsewhere. */
  Map<String, Double> metricsOf(Prefix prefix) throws IOException {
    return read(prefix).map(CheckpointMetadata::metrics).orElse(Collections.emptySortedMap());
  }

  /** Whether a checkpoint says that it is of that run; one that is damaged or gone says nothing. */
  boolean isOf(Prefix prefix, String runId) throws IOException {
    return read(prefix).filter(metadata -> metadata.runId().equals(runId)).isPresent();
  }

  private Optional<CheckpointMetadata> read(Prefix prefix) throws IOException {
    CheckpointMetadata metadata = known.get(prefix);
    if (metadata == null) {
      try {
        metadata = directory.metadata(prefix);
      } catch (DamagedCheckpointException | NoSuchFileException e) {
        return Optional.empty();
      }
      known.put(prefix, metadata);
    }
    return Optional.of(metadata);
  }

  void forgetAllBut(Set<Prefix> living) {
    known.keySet().retainAll(living);
  }
}
