package io.holdfast.job;

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
    if (shards < 1 || model < 1 || threads < 1) {
      throw new IllegalArgumentException("mesh sizes must be at least 1");
    }
  }
}
