package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import io.holdfast.benchmarks.LiveRun;
import io.holdfast.cli.output.Table;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobFile;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.proto.v1.StatusReply;
import io.holdfast.proto.v1.WorkerStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Bytes that workers send in a step, beside the least that sums and values need: twice the
 * trainable variables, without the share that stays with its owner, 2 x state x (n - 1) / n. Told
 * by the workers themselves, and by the kernel, which counts what goes to the coordinator too.
 */
public final class WireSuite {
  /** Steps over which the kernel's counters are read: many, for they are not read at its end. */
  private static final int STEPS = 400;

  private static final int QUICK_STEPS = 20;

  private WireSuite() {}

  public static void run(Bench bench, String job) throws IOException, InterruptedException {
    long state = trainableBytes(bench.job(job));
    Table table =
        new Table(
            "WORKERS",
            "2 x STATE x (N-1)/N",
            "SENT A STEP AND WORKER",
            "RATIO",
            "MOST OF ONE",
            "BY THE KERNEL");
    for (int workers : bench.quick() ? List.of(2) : List.of(2, 3, 4)) {
      long ideal = 2 * state * (workers - 1) / workers;
      Sent sent = measure(bench, job, workers);
      table.row(
          workers,
          ideal,
          Math.round(sent.mean()),
          ratio(sent.mean(), ideal),
          ratio(sent.most(), ideal),
          ratio(sent.byKernel(), ideal));
    }
    bench.out().printf("%n%s: bytes on the wire, state %d bytes%n", job, state);
    table.print(bench.out());
  }

  private static String ratio(double value, long ideal) {
    return String.format(Locale.ROOT, "%.4f", value / ideal);
  }

  /** The trainable variables of a job, in bytes. */
  static long trainableBytes(Path job) throws IOException {
    try {
      return ModelPlan.of(JobFile.read(job)).trainableVariables().stream()
          .mapToLong(Variable::bytes)
          .sum();
    } catch (JobException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Bytes a step.
   *
   * @param mean over the workers
   * @param most of one worker
   * @param byKernel mean over the workers, of all their connections
   */
  private record Sent(double mean, double most, double byKernel) {}

  private static Sent measure(Bench bench, String job, int workers)
      throws IOException, InterruptedException {
    LiveRun.Order order =
        new LiveRun.Order(
            bench.job(job), workers, Math.min(workers, Bench.cores()), Throughput.shards(workers));
    try (LiveRun run = LiveRun.start(bench, order)) {
      Throughput.warm(bench, run);
      Reading from = read(run);
      run.awaitStep(from.status().getStep() + (bench.quick() ? QUICK_STEPS : STEPS));
      Reading to = read(run);
      var told =
          to.status().getWorkersList().stream()
              .collect(Collectors.summarizingLong(WorkerStatus::getSentBytes));
      double byKernel = (to.bytes() - from.bytes()) / (to.step() - from.step());
      return new Sent(told.getAverage(), told.getMax(), byKernel / workers);
    }
  }

  /** The kernel's counters, and the step in whose middle they were read. */
  private record Reading(StatusReply status, double step, long bytes) {}

  private static Reading read(LiveRun run) throws IOException, InterruptedException {
    StatusReply before = run.status();
    long bytes = written(before);
    StatusReply after = run.status();
    return new Reading(after, (before.getStep() + after.getStep()) / 2.0, bytes);
  }

  /** Bytes that the kernel has sent so far on the workers' connections. */
  private static long written(StatusReply status) throws IOException, InterruptedException {
    Process ss = new ProcessBuilder("ss", "-tnpiOH", "state", "established").start();
    String sockets = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    ss.waitFor();
    long sum = 0;
    for (WorkerStatus worker : status.getWorkersList()) {
      sum += SocketCounters.sentBy(worker.getPid(), sockets);
    }
    return sum;
  }
}
