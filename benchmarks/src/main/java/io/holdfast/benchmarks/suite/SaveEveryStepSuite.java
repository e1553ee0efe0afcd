package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.Comparison;
import io.holdfast.benchmarks.LiveRun;
import io.holdfast.benchmarks.Spread;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.worker.runtime.StateFiles;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What training feels of saving every step: the step time beside that of a run that never saves,
 * and how long threads are kept by handing a state over.
 */
public final class SaveEveryStepSuite {
  private static final int HAND_OVERS = 200;
  private static final int QUICK_HAND_OVERS = 5;

  private SaveEveryStepSuite() {}

  public static void run(Bench bench, String job) throws IOException, InterruptedException {
    List<Throughput> kinds =
        List.of(kind(bench, job, "never", "1000000000"), kind(bench, job, "every step", "1"));
    new Comparison(job + ": a step, saving", "ms", kinds)
        .measure(bench.rounds(), bench.out())
        .print(bench.out());
    kinds.forEach(Throughput::printCpu);
  }

  private static Throughput kind(Bench bench, String job, String name, String everySteps) {
    int workers = Math.min(2, Bench.cores());
    List<String> settings = List.of("mesh.shards=2", "checkpoint.every_steps=" + everySteps);
    return new Throughput(
        bench,
        name,
        new LiveRun.Order(bench.job(job), workers, workers, settings),
        pace -> 1000 / pace.stepsPerSecond());
  }

  /** How long the computing thread, and the worker's loop, are kept by handing a state over. */
  public static void handOver(Bench bench) throws IOException, InterruptedException {
    try (SyntheticRun run = SyntheticRun.create(bench, 4)) {
      StateFiles.State state = run.files().allocate(0, 1);
      run.files().randomize(state, 1);
      double[] locked = new double[bench.quick() ? QUICK_HAND_OVERS : HAND_OVERS];
      double[] loop = new double[locked.length];
      for (int i = 0; i < locked.length; i++) {
        Prefix prefix = new Prefix(1, 1, i + 1);
        locked[i] = run.files().lockedNanos(state) / 1e3;
        long start = System.nanoTime();
        run.files().begin(state, prefix, 1, 1, 2);
        loop[i] = (System.nanoTime() - start) / 1e3;
        run.files().awaitDurable();
        run.delete(prefix);
      }
      bench.out().println();
      print(bench, "The computing thread is kept by a hand-over", locked);
      print(bench, "The worker's loop, which answers the coordinator,", loop);
    }
  }

  private static void print(Bench bench, String who, double[] micros) {
    Arrays.sort(micros);
    bench
        .out()
        .printf(
            Locale.ROOT,
            "%s: p50 %.1f us, p99 %.1f us, most %.1f us (of %d)%n",
            who,
            Spread.quantile(micros, 0.5),
            Spread.quantile(micros, 0.99),
            micros[micros.length - 1],
            micros.length);
  }
}
