package io.holdfast.model;

import io.holdfast.job.Job;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.model.data.Dataset;
import io.holdfast.model.data.RandomDataset;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * Identifies the bits that this process's kernels give: SHA-256 over the gradients of one made-up
 * shard, of the job's largest shape, at the job's initial values. Two processes of equal digests
 * may train one job.
 */
public final class ProbeDigest {
  /** A data set apart from the job's own. */
  private static final int PROBE_DATA = 2;

  private ProbeDigest() {}

  /** 64 hexadecimal digits; costs one shard's forward and backward. */
  public static String of(Job job, ModelPlan plan) {
    Network network = Network.of(job, plan);
    Dataset data =
        RandomDataset.of(
            job.seed(), plan.input(), network.maxShardRows(), target(job, plan), PROBE_DATA);
    SampleBatch batch = SampleBatch.allocate(data, network.maxShardRows());
    int[] order = IntStream.range(0, data.samples()).toArray();
    data.gather(order, 0, data.samples(), batch);
    VariableBuffers values = VariableBuffers.allocate(network.weights());
    InitialValues initial = InitialValues.of(job, plan);
    for (int i = 0; i < values.variables().size(); i++) {
      initial.fill(values.variables().get(i), 0, values.buffers().get(i));
    }
    VariableBuffers gradients = VariableBuffers.allocate(network.trainableVariables());
    network.lane().train(0, 0, batch, values, gradients, GradientListener.NONE);
    return digest(gradients);
  }

  private static Dataset.Target target(Job job, ModelPlan plan) {
    TensorShape output = plan.output();
    return job.loss().wantsClass()
        ? new Dataset.Target.Label(Math.toIntExact(output.dim(output.rank() - 1)))
        : new Dataset.Target.Values(output);
  }

  static String digest(VariableBuffers buffers) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (ByteBuffer buffer : buffers.buffers()) {
        sha256.update(buffer.duplicate());
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
