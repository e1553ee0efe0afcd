package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.parity.ParityFile;
import io.holdfast.storage.parity.ParityWriter;
import io.holdfast.storage.store.EffectOutcome;
import java.io.IOException;

/**
 * Adds parity files to checkpoints that were found whole. A parity file appears whole and durable
 * or not at all; a checkpoint without one is as good as any, but cannot be repaired.
 */
public final class Parities {
  private final CheckpointDirectory directory;
  private final Staging staging;

  Parities(CheckpointDirectory directory, Staging staging) {
    this.directory = directory;
    this.staging = staging;
  }

  /** Whether a checkpoint is there and has no parity file. */
  public boolean isMissing(Prefix prefix) throws IOException {
    return directory.list().find(prefix).filter(stored -> stored.parity().isEmpty()).isPresent();
  }

  /**
   * Writes the parity of a checkpoint where nobody sees it yet, in bounded memory; for any one
   * thread.
   */
  public void write(Prefix prefix) throws IOException, DamagedCheckpointException {
    staging.write(
        ParityFile.name(prefix.files()),
        out -> ParityWriter.write(prefix.files(), directory.store()::open, out));
  }

  /** Makes what {@link #write} wrote the checkpoint's parity file, if it has none. */
  public EffectOutcome install(Prefix prefix) {
    return FencedFiles.attempt(
        () -> {
          if (isMissing(prefix)) {
            return staging.install(ParityFile.name(prefix.files()));
          }
          staging.discard(ParityFile.name(prefix.files()));
          return EffectOutcome.of(EffectOutcome.Status.ABSENT);
        });
  }
}
