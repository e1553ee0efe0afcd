package io.holdfast.cli;

import io.holdfast.storage.checkpoint.CheckpointDirectory;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far a run has come, for those who keep it running. */
final class RunProgress {
  private static final Logger LOG = LoggerFactory.getLogger(RunProgress.class);

  private RunProgress() {}

  /**
   * How far the run has come, by what is saved: whatever else a run does is lost with its
   * processes.
   */
  static long newestStep(ObjectStore store) {
    try {
      return new CheckpointDirectory(store)
          .list()
          .newest()
          .map(StoredCheckpoint::prefix)
          .map(prefix -> prefix.step())
          .orElse(-1L);
    } catch (IOException e) {
      LOG.warn("The run directory cannot be listed: {}", e.toString());
      return -1;
    }
  }
}
