package io.holdfast.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A job most of whose state is frozen, that saves only when it is asked to. */
final class FrozenJob {
  /** Of the kernel that is frozen. */
  static final long FROZEN_BYTES = 144L * 20_000 * Float.BYTES;

  private FrozenJob() {}

  /** Writes the job file; an epoch has far more steps than anybody waits for. */
  static Path write(Path directory) throws IOException {
    return Files.writeString(
        directory.resolve("job.yaml"),
        """
        name: frozen
        seed: 7
        model:
          input: [12, 12, 1]
          layers:
            - flatten
            - dense: {units: 20000, activation: relu, trainable: false}
            - dense: {units: 5, activation: softmax}
        loss: sparse_categorical_crossentropy
        optimizer: {adam: {learning_rate: 0.01}}
        data:
          batch_size: 2
          train: {random: {shape: [12, 12, 1], samples: 100000, classes: 5}}
        steps: 10000000
        mesh: {shards: 1, model: 1, threads: 1, isa: avx2}
        checkpoint: {every_steps: 10000000, max_to_keep: 4}
        """);
  }
}
