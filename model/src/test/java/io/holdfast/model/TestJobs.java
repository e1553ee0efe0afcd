package io.holdfast.model;

import io.holdfast.job.CheckpointSpec;
import io.holdfast.job.ClusterSpec;
import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.LossFunction;
import io.holdfast.job.MeshSpec;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.RetentionSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Jobs without a file. */
public final class TestJobs {
  private TestJobs() {}

  /** One epoch, accuracy, one thread, AVX2. */
  public static Job job(
      ModelSpec model, LossFunction loss, OptimizerSpec optimizer, DataSpec data, int shards) {
    return job(model, loss, optimizer, List.of(MetricFunction.ACCURACY), data, shards);
  }

  /** With other metrics. */
  public static Job job(
      ModelSpec model,
      LossFunction loss,
      OptimizerSpec optimizer,
      List<MetricFunction> metrics,
      DataSpec data,
      int shards) {
    return new Job(
        "test",
        42,
        model,
        loss,
        optimizer,
        metrics,
        data,
        OptionalInt.of(1),
        OptionalLong.empty(),
        new MeshSpec(shards, 1, 1, MeshSpec.Isa.AVX2),
        new CheckpointSpec(
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            RetentionSpec.newest(3),
            true,
            true,
            0,
            OptionalInt.empty()),
        ClusterSpec.DEFAULT);
  }
}
