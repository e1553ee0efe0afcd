package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.WrittenPiece;
import java.util.List;

/**
 * What the writer of one shard file says once the file is durable.
 *
 * @param shard number of the shard file, from 0
 * @param length bytes of the file
 * @param pieces what lies in it
 */
public record ShardReport(int shard, long length, List<WrittenPiece> pieces) {

  public ShardReport {
    pieces = List.copyOf(pieces);
    if (shard < 0 || length < 0) {
      throw new IllegalArgumentException("bad shard report: " + shard + ", " + length + " bytes");
    }
  }
}
