package io.holdfast.cli;

import io.holdfast.job.Job;

/** How many workers a job can use. */
final class WorkerCount {
  private WorkerCount() {}

  /** Anything else is bad input. */
  static void check(int count, Job job) {
    int least = job.cluster().minWorkers();
    int most = job.mesh().shards();
    if (count < least || count > most) {
      throw CommandFailedException.badInput(
          "--workers: %d (allowed: %d to %d, the job's cluster.min_workers and mesh.shards)"
              .formatted(count, least, most));
    }
  }
}
