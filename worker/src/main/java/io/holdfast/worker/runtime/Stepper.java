package io.holdfast.worker.runtime;

import io.holdfast.job.Job;
import io.holdfast.job.plan.BatchSchedule.BatchPosition;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.ShardRows;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.GradientListener;
import io.holdfast.model.Lanes;
import io.holdfast.model.ShardSums;
import io.holdfast.model.VariableBuffers;
import io.holdfast.model.data.Dataset;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.model.optimizer.GradientSum;
import io.holdfast.model.optimizer.Optimizer;
import io.holdfast.model.optimizer.SliceUpdate;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One training step as a function of a state and its number: gradients of each logical shard, their
 * sums in tree order, and the update of each slice, out of place.
 */
final class Stepper {
  private final int shards;
  private final Optimizer optimizer;
  private final Lanes lanes;
  private final Dataset data;
  private final List<SampleBatch> batches = new ArrayList<>();
  private final List<VariableBuffers> gradients = new ArrayList<>();
  private final Map<String, Integer> trainableIndex = new HashMap<>();
  private final List<SliceGroup> groups;
  private final Slice iterations;
  private final Slice learningRate;

  Stepper(Job job, ModelPlan plan, SlicePlan slices, Dataset data, int maxShardRows, Lanes lanes) {
    this.shards = job.mesh().shards();
    this.optimizer = Optimizer.of(job.optimizer());
    this.lanes = lanes;
    this.data = data;
    this.groups = slices.groups();
    List<Variable> trainable = plan.trainableVariables();
    for (int i = 0; i < trainable.size(); i++) {
      trainableIndex.put(trainable.get(i).name(), i);
    }
    for (int shard = 0; shard < shards; shard++) {
      batches.add(SampleBatch.allocate(data, maxShardRows));
      gradients.add(VariableBuffers.allocate(trainable));
    }
    this.iterations = only(slices, Variable.Iterations.class);
    this.learningRate = only(slices, Variable.LearningRate.class);
  }

  /**
   * Computes {@code next} from {@code current}.
   *
   * @param order of the epoch's rows
   * @return the sums of each logical shard, by shard
   */
  List<ShardSums> step(
      BatchPosition at,
      int[] order,
      StateBuffers current,
      StateBuffers next,
      Cancellation.Check check)
      throws InterruptedException {
    ShardSums[] sums = new ShardSums[shards];
    lanes.run(
        shards,
        (shard, lane) -> {
          check.proceed();
          ShardRows rows = ShardRows.of(shard, shards, at.rows());
          SampleBatch batch = batches.get(shard);
          data.gather(order, Math.toIntExact(at.firstRow()) + rows.first(), rows.count(), batch);
          sums[shard] =
              lane.train(
                  at.step(),
                  rows.first(),
                  batch,
                  current.trainable(),
                  gradients.get(shard),
                  GradientListener.NONE);
        });
    check.proceed();
    lanes.run(
        groups.size(), (index, lane) -> update(groups.get(index), sums, at.rows(), current, next));
    return List.of(sums);
  }

  private void update(
      SliceGroup group, ShardSums[] sums, int rows, StateBuffers current, StateBuffers next) {
    Slice value = group.value();
    if (!value.variable().trainable()) {
      carryOver(value, current, next);
      return;
    }
    int index = trainableIndex.get(value.variable().name());
    List<Optional<FloatBuffer>> shardSums = new ArrayList<>(shards);
    for (int shard = 0; shard < shards; shard++) {
      shardSums.add(
          sums[shard].rows() == 0
              ? Optional.empty()
              : Optional.of(
                  StateBuffers.part(gradients.get(shard).buffers().get(index), value)
                      .asFloatBuffer()));
    }
    FloatBuffer sum =
        GradientSum.overShards(shardSums)
            .orElseThrow(() -> new IllegalStateException("a batch without rows"));
    optimizer.update(
        current.bytes(iterations).getLong(0),
        current.bytes(learningRate).getFloat(0),
        new SliceUpdate(
            current.floats(value),
            group.slots().stream().map(current::floats).toList(),
            sum,
            rows,
            next.floats(value),
            group.slots().stream().map(next::floats).toList()));
  }

  private void carryOver(Slice slice, StateBuffers current, StateBuffers next) {
    ByteBuffer target = next.bytes(slice);
    target.put(current.bytes(slice));
    if (slice.equals(iterations)) {
      target.putLong(0, current.bytes(iterations).getLong(0) + 1);
    }
  }

  private static Slice only(SlicePlan slices, Class<? extends Variable.Role> role) {
    return slices.slices().stream()
        .filter(slice -> role.isInstance(slice.variable().role()))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no variable of role " + role.getSimpleName()));
  }
}
