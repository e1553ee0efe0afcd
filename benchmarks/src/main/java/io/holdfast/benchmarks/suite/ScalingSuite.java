package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.Comparison;
import io.holdfast.benchmarks.LiveRun;
import java.io.IOException;
import java.util.List;

/**
 * Two workers on two cores beside one on one core: steps a second of the same global batch. All
 * processes of a run, the coordinator too, are held to its cores.
 */
public final class ScalingSuite {
  private ScalingSuite() {}

  public static void run(Bench bench, String job) throws IOException, InterruptedException {
    List<Throughput> kinds =
        List.of(kind(bench, job, 1, 1), kind(bench, job, 2, 2), kind(bench, job, 2, 4));
    new Comparison(job + ": throughput, one worker on one core = 1", "steps/s", kinds)
        .measure(bench.rounds(), bench.out())
        .print(bench.out());
    kinds.forEach(Throughput::printCpu);
  }

  private static Throughput kind(Bench bench, String job, int workers, int shards) {
    int cores = Math.min(workers, Bench.cores());
    return new Throughput(
        bench,
        "%d of workers, %d of cores, shards %d".formatted(workers, cores, shards),
        new LiveRun.Order(bench.job(job), workers, cores, Throughput.shards(shards)),
        LiveRun.Pace::stepsPerSecond);
  }
}
