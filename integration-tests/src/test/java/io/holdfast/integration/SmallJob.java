package io.holdfast.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A job that takes seconds: a small CNN on made-up data, with a save every few steps. */
final class SmallJob {
  static final long STEPS = 1000;
  static final long EVERY_STEPS = 250;

  private SmallJob() {}

  /** Writes the job file, for two logical shards. */
  static Path write(Path directory) throws IOException {
    return write(directory, 2);
  }

  /** Writes the job file. */
  static Path write(Path directory, int shards) throws IOException {
    return Files.writeString(
        directory.resolve("job.yaml"),
        """
        name: small
        seed: 7
        model:
          input: [12, 12, 1]
          layers:
            - conv2d: {filters: 4, kernel_size: 3, activation: relu}
            - max_pooling2d: {pool_size: 2}
            - flatten
            - dropout: {rate: 0.25}
            - dense: {units: 5, activation: softmax}
        loss: sparse_categorical_crossentropy
        optimizer: {adam: {learning_rate: 0.01}}
        metrics: [accuracy]
        data:
          batch_size: 20
          shuffle: true
          train: {random: {shape: [12, 12, 1], samples: 6000, classes: 5}}
          validation: {random: {shape: [12, 12, 1], samples: 500, classes: 5}}
        steps: %d
        mesh: {shards: %d, model: 1, threads: 1, isa: avx2}
        checkpoint: {every_steps: %d, max_to_keep: 20, save_best: {monitor: val_loss, mode: min}}
        """
            .formatted(STEPS, shards, EVERY_STEPS));
  }
}
