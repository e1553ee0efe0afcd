package io.holdfast.storage.checkpoint;

import java.util.List;

/**
 * All that a commit needs: asked again with equal values it publishes equal bytes.
 *
 * @param prefix the checkpoint's name
 * @param reports one a shard file, shard 0 with the metadata among them
 * @param expected the variables that it must have, and no others
 */
public record CommitRequest(
    Prefix prefix, List<ShardReport> reports, List<ExpectedTensor> expected) {

  public CommitRequest {
    reports = List.copyOf(reports);
    expected = List.copyOf(expected);
  }

  /** Number of shard files. */
  public int shards() {
    return reports.size();
  }
}
