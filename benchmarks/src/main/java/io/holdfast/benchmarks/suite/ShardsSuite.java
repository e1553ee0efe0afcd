package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.Comparison;
import io.holdfast.benchmarks.LiveRun;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** What a step costs by the number of logical shards: one worker on one core does all of them. */
public final class ShardsSuite {
  private ShardsSuite() {}

  public static void run(Bench bench, String job) throws IOException, InterruptedException {
    List<Throughput> kinds = Stream.of(1, 2, 4, 8).map(shards -> kind(bench, job, shards)).toList();
    new Comparison(job + ": a step, one shard = 1", "ms", kinds)
        .measure(bench.rounds(), bench.out())
        .print(bench.out());
    kinds.forEach(Throughput::printCpu);
  }

  private static Throughput kind(Bench bench, String job, int shards) {
    return new Throughput(
        bench,
        "shards " + shards,
        new LiveRun.Order(bench.job(job), 1, 1, Throughput.shards(shards)),
        pace -> 1000 / pace.stepsPerSecond());
  }
}
