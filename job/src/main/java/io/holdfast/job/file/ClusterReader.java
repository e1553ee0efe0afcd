package io.holdfast.job.file;

import io.holdfast.job.ClusterSpec;
import io.holdfast.job.JobLimits;
import io.holdfast.job.file.Section.Range;
import java.time.Duration;
import java.util.Set;

/** Reads how workers are kept together: {@link ClusterSpec#DEFAULT} where nothing is said. */
final class ClusterReader {
  static final double MILLIS_PER_SECOND = 1000;
  private static final Set<String> KEYS =
      Set.of(
          "min_workers", "replace_wait_secs", "heartbeat_ms", "lease_ms", "progress_timeout_secs");
  private static final Range REPLACE_WAIT =
      new Range(0, false, JobLimits.MAX_REPLACE_WAIT_SECS, false);

  private ClusterReader() {}

  /**
   * @param shards logical data shards: more workers than that have nothing to do
   */
  static ClusterSpec read(Section root, int shards) throws JobException {
    Section cluster = root.section("cluster", KEYS);
    ClusterSpec otherwise = ClusterSpec.DEFAULT;
    int minWorkers =
        cluster.integer("min_workers", 1, JobLimits.MAX_SHARDS, otherwise.minWorkers());
    if (minWorkers > shards) {
      throw cluster.error(
          "min_workers", minWorkers + " is more than mesh.shards, which is " + shards);
    }
    double replaceWait =
        cluster.number(
            "replace_wait_secs",
            REPLACE_WAIT,
            otherwise.replaceWait().toMillis() / MILLIS_PER_SECOND);
    int heartbeat =
        cluster.integer(
            "heartbeat_ms",
            JobLimits.MIN_HEARTBEAT_MILLIS,
            JobLimits.MAX_HEARTBEAT_MILLIS,
            (int) otherwise.heartbeat().toMillis());
    return new ClusterSpec(
        minWorkers,
        Duration.ofMillis(Math.round(replaceWait * MILLIS_PER_SECOND)),
        Duration.ofMillis(heartbeat),
        Duration.ofMillis(lease(cluster, heartbeat)),
        Duration.ofSeconds(progressTimeout(cluster)));
  }

  private static int progressTimeout(Section cluster) throws JobException {
    return cluster.integer(
        "progress_timeout_secs",
        JobLimits.MIN_PROGRESS_TIMEOUT_SECS,
        JobLimits.MAX_PROGRESS_TIMEOUT_SECS,
        (int) ClusterSpec.DEFAULT.progressTimeout().toSeconds());
  }

  /** Where only the heartbeat is given, a lease that is too short for it grows with it. */
  private static int lease(Section cluster, int heartbeat) throws JobException {
    int least = JobLimits.HEARTBEATS_IN_A_LEASE * heartbeat;
    int otherwise = Math.max(least, (int) ClusterSpec.DEFAULT.lease().toMillis());
    int lease = cluster.integer("lease_ms", 1, JobLimits.MAX_LEASE_MILLIS, otherwise);
    if (lease < least) {
      throw cluster.error(
          "lease_ms",
          "%d is less than %d heartbeats of %d ms; an integer from %d to %d is needed"
              .formatted(
                  lease,
                  JobLimits.HEARTBEATS_IN_A_LEASE,
                  heartbeat,
                  least,
                  JobLimits.MAX_LEASE_MILLIS));
    }
    return lease;
  }
}
