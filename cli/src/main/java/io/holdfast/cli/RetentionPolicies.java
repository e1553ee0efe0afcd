package io.holdfast.cli;

import io.holdfast.job.CheckpointSpec;
import io.holdfast.storage.checkpoint.RetentionPolicy;
import java.time.Instant;
import java.util.OptionalInt;

/** What a job's {@code checkpoint} section means for retention. */
final class RetentionPolicies {
  private RetentionPolicies() {}

  static RetentionPolicy of(CheckpointSpec spec, Instant runStarted) {
    return new RetentionPolicy(
        OptionalInt.of(spec.maxToKeep()),
        spec.keepEvery(),
        spec.saveBest()
            .map(
                best ->
                    new RetentionPolicy.Best(
                        best.monitor(), best.mode() == CheckpointSpec.Mode.MIN)),
        spec.verifyAfter(),
        runStarted,
        RetentionPolicy.READERS_GRACE);
  }
}
