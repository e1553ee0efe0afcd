package io.holdfast.cli;

import io.holdfast.job.plan.Variable;
import io.holdfast.model.VariableBuffers;
import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.TensorSlice;
import io.holdfast.storage.checkpoint.Prefix;
import java.io.IOException;
import java.util.Optional;

/** Reads variables of a checkpoint into memory, every byte checked. */
final class StoredValues {
  private StoredValues() {}

  /** Fills the buffers; a checkpoint of another model is bad input. */
  static void read(StoredRun run, Prefix prefix, VariableBuffers values) {
    run.read(
        () -> {
          try (BundleReader reader = run.directory().open(prefix)) {
            for (int i = 0; i < values.variables().size(); i++) {
              read(reader, values, i);
            }
          }
          return prefix;
        });
  }

  private static void read(BundleReader reader, VariableBuffers values, int index)
      throws IOException, DamagedCheckpointException {
    Variable variable = values.variables().get(index);
    Optional<BundleEntry> entry = reader.index().entry(variable.key());
    boolean fits =
        entry
            .filter(e -> e.dtype() == variable.dtype() && e.shape().equals(variable.shape()))
            .isPresent();
    if (!fits) {
      throw CommandFailedException.badInput(
          "JOB: its variable "
              + variable.name()
              + " has shape "
              + variable.shape()
              + ", but the one of "
              + reader.files().prefix()
              + " "
              + entry.map(e -> "has " + e.shape()).orElse("does not exist"));
    }
    reader.read(
        variable.key(),
        TensorSlice.full(variable.shape().rank()),
        values.buffers().get(index).duplicate());
  }
}
