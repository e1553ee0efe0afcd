package io.holdfast.job.plan;

/**
 * The rows of a global batch that one logical shard has: [first, first + count) with {@code first =
 * shard * batchRows / shards}, rounded down. The shards of a batch tile it; some are empty when
 * there are fewer rows than shards.
 *
 * @param first counted within the batch
 * @param count may be 0
 */
public record ShardRows(int first, int count) {

  /** Rows of shard {@code shard} of {@code shards} in a batch of {@code batchRows} rows. */
  public static ShardRows of(int shard, int shards, int batchRows) {
    if (shards < 1 || shard < 0 || shard >= shards || batchRows < 0) {
      throw new IllegalArgumentException(
          "shard " + shard + " of " + shards + " in a batch of " + batchRows + " rows");
    }
    long first = (long) shard * batchRows / shards;
    long end = (shard + 1L) * batchRows / shards;
    return new ShardRows((int) first, (int) (end - first));
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** One past the last row. */
  public int end() {
    return first + count;
  }
}
