package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.Contender;
import io.holdfast.benchmarks.LiveRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A kind of run, and how fast it goes once it is warm, by the coordinator's step. */
final class Throughput implements Contender {
  /** Steps by when everything has run once. */
  private static final int WARM_STEPS = 150;

  /** By when compilers have done most of their work: until then they take a third of a core. */
  private static final Duration WARM_TIME = Duration.ofSeconds(20);

  private static final int QUICK_WARM_STEPS = 3;

  private final Bench bench;
  private final String name;
  private final LiveRun.Order order;
  private final ToDoubleFunction<LiveRun.Pace> unit;
  private final List<Double> cpu = new ArrayList<>();

  Throughput(Bench bench, String name, LiveRun.Order order, ToDoubleFunction<LiveRun.Pace> unit) {
    this.bench = bench;
    this.name = name;
    this.order = order;
    this.unit = unit;
  }

  static List<String> shards(int shards) {
    return List.of("mesh.shards=" + shards);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public double measure() throws IOException, InterruptedException {
    try (LiveRun run = LiveRun.start(bench, order)) {
      warm(bench, run);
      LiveRun.Pace pace = run.pace(Duration.ofSeconds(bench.seconds()));
      cpu.add(pace.cpuMillisPerStep());
      return unit.applyAsDouble(pace);
    }
  }

  static void warm(Bench bench, LiveRun run) throws IOException, InterruptedException {
    run.awaitStep(bench.quick() ? QUICK_WARM_STEPS : WARM_STEPS);
    if (!bench.quick()) {
      run.pace(WARM_TIME);
    }
  }

  /** What processors did for a step, of all rounds: little changed by who else computes. */
  void printCpu() {
    double[] all = cpu.stream().mapToDouble(Double::doubleValue).toArray();
    bench
        .out()
        .printf(
            Locale.ROOT,
            "  CPU of a step, all processes: %.1f ms (%s)%n",
            io.holdfast.benchmarks.Spread.of(all).median(),
            name);
  }
}
