package io.holdfast.model;

import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.LossFunction;
import io.holdfast.job.MeshSpec;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.ShardRows;
import io.holdfast.job.plan.SumTree;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.model.kernel.KernelEnvironment;
import io.holdfast.model.optimizer.GradientSum;
import io.holdfast.model.optimizer.Optimizer;
import io.holdfast.model.optimizer.SliceUpdate;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** All a worker does to train, in one thread: the reference that tests compare with. */
final class TestTrainer {
  static final MeshSpec.Isa ISA = MeshSpec.Isa.AVX2;

  final Job job;
  final ModelPlan plan;
  final Network network;
  final List<Variable> weights;
  final List<Variable> trainable;
  final Optimizer optimizer;
  VariableBuffers values;
  List<VariableBuffers> slots = new ArrayList<>();
  final List<VariableBuffers> shardGradients = new ArrayList<>();
  private VariableBuffers nextValues;
  private final List<VariableBuffers> nextSlots = new ArrayList<>();
  private long step;

  TestTrainer(Job job) {
    requireKernels();
    this.job = job;
    this.plan = ModelPlan.of(job);
    this.network = Network.of(job, plan);
    this.weights = plan.weights();
    this.trainable = plan.trainableVariables();
    this.optimizer = Optimizer.of(job.optimizer());
    this.values = VariableBuffers.allocate(weights);
    this.nextValues = VariableBuffers.allocate(weights);
    InitialValues initial = InitialValues.of(job, plan);
    for (int s = 0; s < optimizer.slots(); s++) {
      slots.add(VariableBuffers.allocate(trainable));
      for (int i = 0; i < trainable.size(); i++) {
        Variable slot = plan.slotsOf(trainable.get(i)).get(s);
        initial.fill(slot, 0, slots.get(s).buffers().get(i));
      }
      nextSlots.add(VariableBuffers.allocate(trainable));
    }
    for (int k = 0; k < job.mesh().shards(); k++) {
      shardGradients.add(VariableBuffers.allocate(trainable));
    }
  }

  static void requireKernels() {
    KernelEnvironment.Outcome outcome = KernelEnvironment.apply(new MeshSpec(1, 1, 1, ISA));
    if (outcome instanceof KernelEnvironment.Outcome.Refused refused) {
      throw new IllegalStateException(refused.reason());
    }
  }

  static Job job(
      ModelSpec model, LossFunction loss, OptimizerSpec optimizer, int batch, int shards) {
    return job(model, loss, optimizer, List.of(MetricFunction.ACCURACY), batch, shards);
  }

  private static Job job(
      ModelSpec model,
      LossFunction loss,
      OptimizerSpec optimizer,
      List<MetricFunction> metrics,
      int batch,
      int shards) {
    DataSpec.RandomData unused =
        new DataSpec.RandomData(TensorShape.of(1), 1, OptionalInt.of(2), Optional.empty());
    DataSpec data = new DataSpec(batch, false, unused, Optional.empty());
    return TestJobs.job(model, loss, optimizer, metrics, data, shards);
  }

  static TestTrainer of(KerasCase c, int shards) {
    TestTrainer trainer =
        new TestTrainer(job(c.model(), c.loss(), c.optimizer(), c.metrics(), c.rows()[0], shards));
    trainer.setPatternWeights();
    return trainer;
  }

  void setPatternWeights() {
    for (int i = 0; i < weights.size(); i++) {
      TensorShape shape = weights.get(i).shape();
      long fan = shape.rank() > 1 ? shape.elements() / shape.dim(shape.rank() - 1) : 25;
      float[] pattern =
          KerasCase.pattern((int) shape.elements(), i + 1, 4.0 / Math.sqrt((double) fan));
      values.floats(i).put(0, pattern);
    }
  }

  /** The value of a trainable variable. */
  FloatBuffer value(int number) {
    return values.floats(weights.indexOf(trainable.get(number)));
  }

  /** Shards in a given order, each by the lane that {@code lanes} gives it. */
  interface Batches {
    SampleBatch rows(int first, int count);
  }

  /** Gradient sums of all shards into the first shard's buffers, in the tree. */
  ShardSums gradients(ShardLane lane, int rows, Batches batches) {
    List<ShardSums> sums = new ArrayList<>();
    List<Optional<Integer>> present = new ArrayList<>();
    int shards = job.mesh().shards();
    for (int k = 0; k < shards; k++) {
      ShardRows shard = ShardRows.of(k, shards, rows);
      if (shard.isEmpty()) {
        sums.add(ShardSums.EMPTY);
        present.add(Optional.empty());
        continue;
      }
      SampleBatch batch = batches.rows(shard.first(), shard.count());
      sums.add(
          lane.train(
              step, shard.first(), batch, values, shardGradients.get(k), GradientListener.NONE));
      present.add(Optional.of(k));
    }
    total = SumTree.sumPresent(shards, k -> present.get(k), this::addGradients).orElseThrow();
    return SumTree.sum(shards, sums::get, ShardSums::plus);
  }

  private int total;

  VariableBuffers totalGradients() {
    return shardGradients.get(total);
  }

  private int addGradients(int left, int right) {
    for (int i = 0; i < trainable.size(); i++) {
      FloatBuffer sum = shardGradients.get(left).floats(i);
      FloatBuffer other = shardGradients.get(right).floats(i);
      sumOf(Optional.of(sum), Optional.of(other)).writeTo(sum);
    }
    return left;
  }

  ShardSums step(ShardLane lane, int rows, Batches batches) {
    ShardSums sums = gradients(lane, rows, batches);
    float rate = (float) job.optimizer().learningRate();
    for (int i = 0; i < weights.size(); i++) {
      nextValues.floats(i).put(0, values.floats(i), 0, values.floats(i).limit());
    }
    for (int i = 0; i < trainable.size(); i++) {
      int index = i;
      optimizer.update(
          step,
          rate,
          new SliceUpdate(
              value(i),
              slots.stream().map(s -> s.floats(index)).toList(),
              sumOf(Optional.of(totalGradients().floats(i)), Optional.empty()),
              rows,
              nextValues.floats(weights.indexOf(trainable.get(i))),
              nextSlots.stream().map(s -> s.floats(index)).toList()));
    }
    VariableBuffers held = values;
    values = nextValues;
    nextValues = held;
    List<VariableBuffers> heldSlots = new ArrayList<>(slots);
    Collections.copy(slots, nextSlots);
    Collections.copy(nextSlots, heldSlots);
    step++;
    return sums;
  }

  private static GradientSum sumOf(Optional<FloatBuffer> left, Optional<FloatBuffer> right) {
    return GradientSum.of(
            new SumTree.Span(0, 2),
            span -> span.isLeaf() ? (span.from() == 0 ? left : right) : Optional.empty())
        .orElseThrow();
  }

  static float[] toArray(FloatBuffer buffer) {
    float[] array = new float[buffer.limit()];
    buffer.get(0, array);
    return array;
  }
}
