package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DamagedCheckpointException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The metrics of checkpoints, read once each: what lies under a prefix never changes. */
final class MetricsCache {
  private final CheckpointDirectory directory;
  private final Map<Prefix, Map<String, Double>> known = new HashMap<>();

  MetricsCache(CheckpointDirectory directory) {
    this.directory = directory;
  }

  /** A checkpoint's metrics; none if it is damaged or gone, which is found out elsewhere. */
  Map<String, Double> of(Prefix prefix) throws IOException {
    Map<String, Double> metrics = known.get(prefix);
    if (metrics != null) {
      return metrics;
    }
    try {
      Map<String, Double> read = directory.metadata(prefix).metrics();
      known.put(prefix, read);
      return read;
    } catch (DamagedCheckpointException | NoSuchFileException e) {
      return Map.of();
    }
  }

  void forgetAllBut(Set<Prefix> living) {
    known.keySet().retainAll(living);
  }
}
