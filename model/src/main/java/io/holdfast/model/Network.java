package io.holdfast.model;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.Job;
import io.holdfast.job.LossFunction;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.plan.LayerPlan;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.layer.Layers;
import io.holdfast.model.loss.Loss;
import java.util.List;

/**
 * A job's model and loss, ready to be computed by any number of lanes. Immutable. {@link
 * io.holdfast.model.kernel.KernelEnvironment#apply} comes before the first lane of a process.
 */
public final class Network {
  private final ModelPlan plan;
  private final LossFunction loss;
  private final List<MetricFunction> metrics;
  private final long seed;
  private final int maxShardRows;

  private Network(
      ModelPlan plan,
      LossFunction loss,
      List<MetricFunction> metrics,
      long seed,
      int maxShardRows) {
    this.plan = plan;
    this.loss = loss;
    this.metrics = List.copyOf(metrics);
    this.seed = seed;
    this.maxShardRows = maxShardRows;
  }

  /** The network of a job. */
  public static Network of(Job job, ModelPlan plan) {
    int shards = job.mesh().shards();
    int maxShardRows = (job.data().batchSize() + shards - 1) / shards;
    return new Network(plan, job.loss(), job.metrics(), job.seed(), maxShardRows);
  }

  /** Memory and kernels for one thread; costs nothing until its first shard. */
  public ShardLane lane() {
    return new ShardLane(this);
  }

  public ModelPlan plan() {
    return plan;
  }

  /** The variables that {@link ShardLane} wants values of. */
  public List<Variable> weights() {
    return plan.weights();
  }

  /** The variables that {@link ShardLane} gives gradients for. */
  public List<Variable> trainableVariables() {
    return plan.trainableVariables();
  }

  /** Rows of the largest logical shard. */
  public int maxShardRows() {
    return maxShardRows;
  }

  long seed() {
    return seed;
  }

  LossFunction loss() {
    return loss;
  }

  List<MetricFunction> metrics() {
    return metrics;
  }

  /** Whether the last layer's activation is left to the loss. */
  boolean lossTakesLogits() {
    return Loss.takesLogits(loss, lastActivation());
  }

  ActivationFunction lastActivation() {
    List<LayerPlan> layers = plan.layers();
    return Layers.activationOf(layers.get(layers.size() - 1).spec());
  }
}
