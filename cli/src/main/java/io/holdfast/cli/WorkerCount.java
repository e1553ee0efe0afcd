package io.holdfast.cli;

import io.holdfast.job.Job;

/** How many workers a job can use. */
final class WorkerCount {
  private WorkerCount() {}

  /** Anything else is bad input. */
  static void check(int count, Job job) {
    int most = job.mesh().shards();
    if (count < 1 || count > most) {
      throw CommandFailedException.badInput(
          "--workers: " + count + " (allowed: 1 to " + most + ", the job's mesh.shards)");
    }
  }
}
