package io.holdfast.model;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.model.kernel.Matrix;
import io.holdfast.model.layer.Pass;
import io.holdfast.model.layer.Softmax;
import io.holdfast.model.layer.Workspace;
import io.holdfast.model.loss.Loss;
import io.holdfast.model.loss.Metric;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes logical shards, one after the other, in memory of its own. Lanes of one network may run
 * in different threads at the same time, and give the same bits as one lane; a lane itself is for
 * one thread at a time.
 */
public final class ShardLane {
  private final Network network;
  private final Workspace workspace;
  private final Loss loss;
  private final Map<MetricFunction, Metric> metrics = new EnumMap<>(MetricFunction.class);
  private final int perRow;
  private final int lastDimension;
  private final Map<Integer, ShardProgram> programs = new HashMap<>();
  private float[] outputs = new float[0];
  private float[] gradient = new float[0];

  ShardLane(Network network) {
    this.network = network;
    this.workspace = new Workspace(network.maxShardRows());
    TensorShape output = network.plan().output();
    this.perRow = Math.toIntExact(output.elements());
    this.lastDimension = Math.toIntExact(output.rank() == 0 ? 1 : output.dim(output.rank() - 1));
    this.loss = Loss.of(network.loss(), network.lossTakesLogits(), lastDimension, perRow);
    for (MetricFunction metric : network.metrics()) {
      metrics.put(metric, Metric.of(metric, lastDimension, perRow));
    }
  }

  /**
   * Forward and backward of one shard. Gradients are sums over the shard's rows; an empty shard
   * leaves {@code gradients} untouched, tells the listener nothing and returns {@link
   * ShardSums#EMPTY}.
   *
   * @param step from 0, for dropout
   * @param firstRow the shard's first row, counted in the global batch
   * @param values of all weights
   * @param gradients of the trainable ones
   */
  public ShardSums train(
      long step,
      int firstRow,
      SampleBatch batch,
      VariableBuffers values,
      VariableBuffers gradients,
      GradientListener listener) {
    if (batch.rows() == 0) {
      return ShardSums.EMPTY;
    }
    ShardProgram program = program(batch);
    List<Matrix> weights = weights(values);
    program.forward(new Pass(true, network.seed(), step, firstRow), weights);
    ShardSums sums = loss(program, batch);
    program.output().gradient().ifPresent(dy -> dy.write(gradient));
    program.backward(weights, matrices(network.trainableVariables(), gradients), listener);
    return sums;
  }

  /** Loss and metric sums of one shard without training: nothing is dropped. */
  public ShardSums evaluate(SampleBatch batch, VariableBuffers values) {
    if (batch.rows() == 0) {
      return ShardSums.EMPTY;
    }
    ShardProgram program = program(batch);
    program.forward(Pass.inference(), weights(values));
    return loss(program, batch);
  }

  /** The model's outputs, row-major [rows, outputs of a sample], for the batch's inputs. */
  public float[] predict(SampleBatch batch, VariableBuffers values) {
    if (batch.rows() == 0) {
      return new float[0];
    }
    ShardProgram program = program(batch);
    program.forward(Pass.inference(), weights(values));
    float[] result = new float[batch.rows() * perRow];
    program.output().value().read(result);
    if (network.lossTakesLogits()) {
      activate(result, result.length);
    }
    return result;
  }

  private ShardProgram program(SampleBatch batch) {
    ShardProgram program =
        programs.computeIfAbsent(batch.rows(), rows -> new ShardProgram(network, rows, workspace));
    program.input().write(batch.inputs());
    return program;
  }

  private ShardSums loss(ShardProgram program, SampleBatch batch) {
    int size = batch.rows() * perRow;
    if (outputs.length < size) {
      outputs = new float[size];
      gradient = new float[size];
    }
    program.output().value().read(outputs);
    double sum = loss.sum(outputs, batch, gradient);
    if (network.lossTakesLogits() && metricsTakePredictions()) {
      activate(outputs, size);
    }
    Map<MetricFunction, Double> sums = new EnumMap<>(MetricFunction.class);
    metrics.forEach((function, metric) -> sums.put(function, metric.sum(outputs, batch)));
    return new ShardSums(batch.rows(), sum, sums);
  }

  /** The largest output is the largest logit; all else wants what comes out of the model. */
  private boolean metricsTakePredictions() {
    return metrics.keySet().stream().anyMatch(m -> m != MetricFunction.ACCURACY)
        || (lastDimension == 1 && !metrics.isEmpty());
  }

  private void activate(float[] logits, int size) {
    if (network.lastActivation() == ActivationFunction.SOFTMAX) {
      for (int from = 0; from < size; from += lastDimension) {
        Softmax.apply(logits, from, lastDimension);
      }
      return;
    }
    for (int i = 0; i < size; i++) {
      logits[i] = (float) (1 / (1 + StrictMath.exp(-(double) logits[i])));
    }
  }

  private List<Matrix> weights(VariableBuffers values) {
    return matrices(network.weights(), values);
  }

  private static List<Matrix> matrices(List<Variable> wanted, VariableBuffers buffers) {
    if (!buffers.variables().equals(wanted)) {
      throw new IllegalArgumentException("buffers are not those of the model's variables");
    }
    List<Matrix> matrices = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      matrices.add(matrix(wanted.get(i).shape(), buffers.buffers().get(i)));
    }
    return matrices;
  }

  private static Matrix matrix(TensorShape shape, ByteBuffer buffer) {
    int columns = Math.toIntExact(shape.dim(shape.rank() - 1));
    return Matrix.over(buffer, Math.toIntExact(shape.elements() / columns), columns);
  }
}
