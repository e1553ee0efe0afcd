package io.holdfast.storage.archive;

import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.CheckpointMetadata;
import java.io.IOException;
import java.io.InputStream;

/**
 * What an archive holds, found by reading all of it.
 *
 * @param metadata what its checkpoint says of itself
 * @param index its index
 */
public record ArchivedCheckpoint(CheckpointMetadata metadata, BundleIndex index) {

  /**
   * Reads a whole archive and checks all there is to check.
   *
   * @param in the archive's bytes; closed when this returns
   * @throws DamagedArchiveException if it is no archive, or a damaged one
   * @throws DamagedCheckpointException if the checkpoint in it is damaged
   */
  public static ArchivedCheckpoint verify(InputStream in)
      throws IOException, DamagedCheckpointException {
    try (ArchiveReader archive = ArchiveReader.open(in)) {
      CheckpointMetadata metadata = CheckpointMetadata.scan(archive.bundle());
      archive.finish();
      return new ArchivedCheckpoint(metadata, archive.bundle().index());
    }
  }
}
