package io.holdfast.worker.runtime;

import io.holdfast.job.Job;
import io.holdfast.job.plan.BatchSchedule.BatchPosition;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.ShardRows;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.plan.SumTree.Span;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.Lanes;
import io.holdfast.model.ShardLane;
import io.holdfast.model.ShardSums;
import io.holdfast.model.data.Dataset;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.model.optimizer.GradientSum;
import io.holdfast.model.optimizer.Optimizer;
import io.holdfast.model.optimizer.SliceUpdate;
import io.holdfast.worker.exchange.ExchangeRound;
import io.holdfast.worker.exchange.ExchangeRound.Gradient;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * One training step as a function of a state and its number, together with the other members of the
 * round: gradients of this worker's logical shards, sums of its subtrees to the owners of the
 * slices as soon as they are known, and for the slices that it owns itself the sum in tree order,
 * the update out of place, and the new value to all.
 */
final class Stepper {
  private final int shards;
  private final int maxShardRows;
  private final Optimizer optimizer;
  private final Lanes lanes;
  private final Dataset data;
  private final LocalGradients gradients;
  private final Map<Integer, SampleBatch> batches = new HashMap<>();
  private final SliceGroup iterations;
  private final SliceGroup learningRate;

  private RoundLayout layout;
  private ExchangeRound exchange;
  private GradientParts parts;

  Stepper(Job job, ModelPlan plan, SlicePlan slices, Dataset data, int maxShardRows, Lanes lanes) {
    this.shards = job.mesh().shards();
    this.maxShardRows = maxShardRows;
    this.optimizer = Optimizer.of(job.optimizer());
    this.lanes = lanes;
    this.data = data;
    this.gradients = new LocalGradients(plan, slices);
    this.iterations = only(slices, Variable.Iterations.class);
    this.learningRate = only(slices, Variable.LearningRate.class);
  }

  /** Steps from now on are this round's. Nothing of the round before is in use any more. */
  void enter(RoundLayout newLayout, ExchangeRound newExchange, GradientParts newParts) {
    layout = newLayout;
    exchange = newExchange;
    parts = newParts;
    gradients.keep(layout.myShards());
    batches.keySet().retainAll(layout.myShards());
    layout
        .myShards()
        .forEach(k -> batches.computeIfAbsent(k, s -> SampleBatch.allocate(data, maxShardRows)));
  }

  /**
   * What a step gave.
   *
   * @param sums of this worker's logical shards, in their order
   * @param waitNanos that lanes waited for other workers
   * @param sentBytes to other workers
   */
  record Result(List<ShardSums> sums, long waitNanos, long sentBytes) {}

  /**
   * Computes {@code next} from {@code current}.
   *
   * @param order of the epoch's rows
   * @throws CancelledException if the round is over
   */
  Result step(
      BatchPosition at,
      int[] order,
      StateBuffers current,
      StateBuffers next,
      Cancellation.Check check)
      throws InterruptedException {
    carryOver(current, next);
    long sentBefore = exchange.sentBytes();
    StepArrivals arrivals = new StepArrivals(layout, at.rows(), next, parts);
    exchange.begin(at.step() + 1, arrivals);
    List<Integer> mine = layout.myShards();
    ShardSums[] sums = new ShardSums[mine.size()];
    Completion completion = new Completion(at, arrivals);
    lanes.run(
        mine.size(),
        (index, lane) -> {
          check.proceed();
          sums[index] = compute(mine.get(index), lane, at, order, current, completion);
        });
    check.rest();
    lanes.run(lanes.count(), (index, lane) -> updateOwned(arrivals, at, current, next));
    arrivals.awaitValues();
    return new Result(
        List.of(sums), arrivals.waitNanos() / lanes.count(), exchange.sentBytes() - sentBefore);
  }

  private ShardSums compute(
      int shard,
      ShardLane lane,
      BatchPosition at,
      int[] order,
      StateBuffers current,
      Completion completion) {
    ShardRows rows = ShardRows.of(shard, shards, at.rows());
    SampleBatch batch = batches.get(shard);
    data.gather(order, Math.toIntExact(at.firstRow()) + rows.first(), rows.count(), batch);
    return lane.train(
        at.step(),
        rows.first(),
        batch,
        current.weights(),
        gradients.of(shard),
        variable -> completion.gradientReady(shard, variable));
  }

  /** Counts shards until a subtree's sum of a variable can be taken; then its slices go out. */
  private final class Completion {
    private final BatchPosition at;
    private final StepArrivals arrivals;
    private final Map<Span, AtomicIntegerArray> missing = new HashMap<>();

    Completion(BatchPosition at, StepArrivals arrivals) {
      this.at = at;
      this.arrivals = arrivals;
      for (Span span : layout.spans(layout.members().me())) {
        AtomicIntegerArray counts = new AtomicIntegerArray(gradients.variables());
        for (int variable = 0; variable < gradients.variables(); variable++) {
          counts.set(variable, shardsWithRows(span));
        }
        missing.put(span, counts);
      }
    }

    private int shardsWithRows(Span span) {
      int count = 0;
      for (int shard = span.from(); shard < span.to(); shard++) {
        count += ShardRows.of(shard, shards, at.rows()).isEmpty() ? 0 : 1;
      }
      return count;
    }

    /** Called by the lane that computed the shard. */
    void gradientReady(int shard, int variable) {
      Span span = layout.mySpan(shard);
      if (missing.get(span).decrementAndGet(variable) > 0) {
        return;
      }
      List<Gradient> sums = new ArrayList<>();
      for (SliceGroup group : gradients.groupsOf(variable)) {
        if (layout.isMine(group.index())) {
          arrivals.partReady(group.index());
        } else {
          sums.add(sum(span, group));
        }
      }
      if (!sums.isEmpty()) {
        exchange.sendGradients(at.step() + 1, sums);
      }
    }

    /** The subtree's sum, for the group's owner; written over the first of its shards. */
    private Gradient sum(Span span, SliceGroup group) {
      GradientSum sum = GradientSum.of(span, node -> local(node, group, at.rows())).orElseThrow();
      ByteBuffer bytes = gradients.part(firstWithRows(span), group);
      if (shardsWithRows(span) > 1) {
        sum.writeTo(bytes.asFloatBuffer());
      }
      return new Gradient(group.index(), span, layout.owner(group.index()), bytes);
    }

    private int firstWithRows(Span span) {
      int shard = span.from();
      while (ShardRows.of(shard, shards, at.rows()).isEmpty()) {
        shard++;
      }
      return shard;
    }
  }

  private Optional<FloatBuffer> local(Span node, SliceGroup group, int batchRows) {
    return node.isLeaf() ? gradients.leaf(node, group, shards, batchRows) : Optional.empty();
  }

  /** Updates owned groups as their gradients become complete, until all are. */
  private void updateOwned(
      StepArrivals arrivals, BatchPosition at, StateBuffers current, StateBuffers next)
      throws InterruptedException {
    OptionalInt ready = arrivals.takeReady();
    while (ready.isPresent()) {
      SliceGroup group = layout.group(ready.getAsInt());
      update(group, at.rows(), current, next);
      if (layout.members().size() > 1) {
        exchange.sendValue(at.step() + 1, group.index(), next.value(group));
      }
      ready = arrivals.takeReady();
    }
  }

  private void update(SliceGroup group, int batchRows, StateBuffers current, StateBuffers next) {
    GradientSum sum =
        GradientSum.of(layout.root(), node -> standing(node, group, batchRows))
            .orElseThrow(() -> new IllegalStateException("a batch without rows"));
    optimizer.update(
        current.value(iterations).getLong(0),
        current.value(learningRate).getFloat(0),
        new SliceUpdate(
            current.floats(group),
            current.slotFloats(group),
            sum,
            batchRows,
            next.floats(group),
            next.slotFloats(group)));
  }

  /** What stands in this owner's memory: sums that others sent, and this worker's own shards. */
  private Optional<FloatBuffer> standing(Span node, SliceGroup group, int batchRows) {
    Optional<FloatBuffer> sent =
        parts
            .of(group.index(), node)
            .filter(bytes -> layout.hasRows(node, batchRows))
            .map(ByteBuffer::asFloatBuffer);
    return sent.isPresent() ? sent : local(node, group, batchRows);
  }

  /** What no gradient changes every member carries over itself. */
  private void carryOver(StateBuffers current, StateBuffers next) {
    next.shareFrozen(current);
    next.value(learningRate).put(current.value(learningRate));
    next.value(iterations).putLong(0, current.value(iterations).getLong(0) + 1);
  }

  private static SliceGroup only(SlicePlan slices, Class<? extends Variable.Role> role) {
    return slices.groups().stream()
        .filter(group -> role.isInstance(group.value().variable().role()))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no variable of role " + role.getSimpleName()));
  }
}
