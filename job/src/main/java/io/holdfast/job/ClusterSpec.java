package io.holdfast.job;

import java.time.Duration;

/**
 * How the workers of a job are kept together. None of it decides the bits, so a resume may change
 * all of it.
 *
 * @param minWorkers with fewer nothing is computed
 * @param replaceWait how long a round waits for workers that are missing before it goes on without
 *     them
 * @param heartbeat how often a worker gives a sign of life, to the coordinator and to other workers
 * @param lease silence after which a worker counts as lost; at least {@link
 *     JobLimits#HEARTBEATS_IN_A_LEASE} heartbeats, so that one that comes late costs nothing
 * @param progressTimeout how long one piece of a worker's own work may take (a logical shard's part
 *     of a step, a read of a slice) before it gives up and leaves; waiting for others does not
 *     count
 */
public record ClusterSpec(
    int minWorkers,
    Duration replaceWait,
    Duration heartbeat,
    Duration lease,
    Duration progressTimeout) {

  /** What holds where a job file says nothing. */
  public static final ClusterSpec DEFAULT =
      new ClusterSpec(
          1,
          Duration.ofSeconds(10),
          Duration.ofMillis(500),
          Duration.ofSeconds(3),
          Duration.ofMinutes(10));

  public ClusterSpec {
    Checks.range("min_workers", minWorkers, 1, JobLimits.MAX_SHARDS);
    Checks.range("replace_wait_secs", replaceWait.toSeconds(), 0, JobLimits.MAX_REPLACE_WAIT_SECS);
    Checks.range(
        "heartbeat_ms",
        heartbeat.toMillis(),
        JobLimits.MIN_HEARTBEAT_MILLIS,
        JobLimits.MAX_HEARTBEAT_MILLIS);
    Checks.range(
        "lease_ms",
        lease.toMillis(),
        JobLimits.HEARTBEATS_IN_A_LEASE * heartbeat.toMillis(),
        JobLimits.MAX_LEASE_MILLIS);
    Checks.range(
        "progress_timeout_secs",
        progressTimeout.toSeconds(),
        JobLimits.MIN_PROGRESS_TIMEOUT_SECS,
        JobLimits.MAX_PROGRESS_TIMEOUT_SECS);
  }
}
