package io.holdfast.worker.runtime;

import io.holdfast.job.Job;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Slice;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.InitialValues;
import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.VariableDigest;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Fills a state: from the job alone, or from a checkpoint, every byte of it checked. */
final class StateLoader {
  private final Job job;
  private final ModelPlan plan;
  private final SlicePlan slices;
  private final ObjectStore store;
  private final List<Variable> byKey;

  StateLoader(Job job, ModelPlan plan, SlicePlan slices, ObjectStore store) {
    this.job = job;
    this.plan = plan;
    this.slices = slices;
    this.store = store;
    this.byKey =
        plan.variables().stream()
            .sorted((a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b)))
            .toList();
  }

  /** The values before the first step. */
  void initialize(StateBuffers target) {
    InitialValues values = InitialValues.of(job, plan);
    for (Variable variable : plan.variables()) {
      values.fill(variable, 0, target.bytes(variable));
    }
  }

  /**
   * Reads a checkpoint's variables.
   *
   * @throws DamagedCheckpointException if a byte of them is not what was written, or they are not
   *     this job's
   * @throws IOException if they cannot be read, which says nothing about them
   */
  void restore(String prefix, StateBuffers target, Cancellation.Check check)
      throws IOException, DamagedCheckpointException {
    try (BundleReader reader = BundleReader.open(new BundleFiles(prefix), store::open)) {
      for (Slice slice : slices.slices()) {
        check.proceed();
        requireVariable(reader, slice.variable());
        reader.read(slice.variable().key(), slice.extent(), target.bytes(slice));
      }
    }
  }

  private static void requireVariable(BundleReader reader, Variable variable)
      throws DamagedCheckpointException {
    boolean fits =
        reader
            .index()
            .entry(variable.key())
            .filter(e -> e.dtype() == variable.dtype() && e.shape().equals(variable.shape()))
            .isPresent();
    if (!fits) {
      throw new DamagedCheckpointException(
          reader.files().index(),
          "has no \"%s\" of %s %s".formatted(variable.key(), variable.dtype(), variable.shape()));
    }
  }

  /** What the state is, bit for bit; equal to the digest of a checkpoint of it. */
  String digest(StateBuffers state) {
    VariableDigest digest = new VariableDigest();
    for (Variable variable : byKey) {
      digest.begin(variable.key(), variable.dtype(), variable.shape());
      digest.update(state.bytes(variable));
    }
    return digest.finish();
  }

  private static byte[] utf8(Variable variable) {
    return variable.key().getBytes(StandardCharsets.UTF_8);
  }
}
