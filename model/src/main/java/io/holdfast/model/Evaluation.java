package io.holdfast.model;

import io.holdfast.job.Job;
import io.holdfast.job.plan.ShardRows;
import io.holdfast.job.random.Shuffle;
import io.holdfast.model.data.Dataset;
import io.holdfast.model.data.SampleBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The loss and the metrics on a data set, without training: the data in their own order, in batches
 * of the job's size, each cut into the job's logical shards. A shard's sums run over its rows of
 * all batches, first to last, so that they do not depend on who computes which shard.
 */
public final class Evaluation {
  private final int shards;
  private final int batchSize;
  private final Dataset data;
  private final int[] order;
  private final Lanes lanes;
  private final List<SampleBatch> batches = new ArrayList<>();

  /**
   * @param lanes of the job's network
   */
  public Evaluation(Job job, Network network, Dataset data, Lanes lanes) {
    this.shards = job.mesh().shards();
    this.batchSize = job.data().batchSize();
    this.data = data;
    this.order = Shuffle.unshuffled(data.samples());
    this.lanes = lanes;
    for (int shard = 0; shard < shards; shard++) {
      batches.add(SampleBatch.allocate(data, network.maxShardRows()));
    }
  }

  /**
   * The sums of each logical shard, by shard.
   *
   * @param values of all weights
   * @param wanted asked before each batch; what it throws ends the work
   */
  public List<ShardSums> sums(VariableBuffers values, Runnable wanted) throws InterruptedException {
    return sums(values, IntStream.range(0, shards).boxed().toList(), wanted);
  }

  /** As {@link #sums(VariableBuffers, Runnable)}, of these logical shards alone, in their order. */
  public List<ShardSums> sums(VariableBuffers values, List<Integer> wantedShards, Runnable wanted)
      throws InterruptedException {
    ShardSums[] sums = new ShardSums[wantedShards.size()];
    lanes.run(
        sums.length,
        (index, lane) -> sums[index] = sumsOf(wantedShards.get(index), lane, values, wanted));
    return List.of(sums);
  }

  private ShardSums sumsOf(int shard, ShardLane lane, VariableBuffers values, Runnable wanted) {
    SampleBatch batch = batches.get(shard);
    ShardSums total = ShardSums.EMPTY;
    for (int first = 0; first < data.samples(); first += batchSize) {
      wanted.run();
      int batchRows = Math.min(batchSize, data.samples() - first);
      ShardRows rows = ShardRows.of(shard, shards, batchRows);
      data.gather(order, first + rows.first(), rows.count(), batch);
      total = total.plus(lane.evaluate(batch, values));
    }
    return total;
  }
}
