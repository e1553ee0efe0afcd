package io.holdfast.job;

import java.util.Objects;

/**
 * What the bits depend on besides the job's mathematics.
 *
 * @param shards logical data shards of the global batch, and so the most workers the data axis can
 *     use
 * @param model size of the model-parallel axis
 * @param threads threads of one kernel call
 * @param isa the instruction set that kernels are held to
 */
public record MeshSpec(int shards, int model, int threads, Isa isa) {

  /** Instruction sets by the names of a job file in lower case. */
  public enum Isa {
    AVX2,
    AVX512
  }

  public MeshSpec {
    Checks.range("shards", shards, 1, JobLimits.MAX_SHARDS);
    Checks.range("model", model, 1, Integer.MAX_VALUE);
    Checks.range("threads", threads, 1, JobLimits.MAX_THREADS);
    Objects.requireNonNull(isa);
  }
}
