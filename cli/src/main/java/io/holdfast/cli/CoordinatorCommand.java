package io.holdfast.cli;

import io.holdfast.cli.supervisor.ParentPipe;
import io.holdfast.coordinator.server.ClaimFailedException;
import io.holdfast.coordinator.server.CoordinatorServer;
import io.holdfast.coordinator.server.RunObserver;
import io.holdfast.job.Job;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coordinator}: leads a run, alone. */
@Command(
    name = "coordinator",
    mixinStandardHelpOptions = true,
    header =
        "Leads a run: the coordinator alone, for launch scripts. A second one on the same RUN"
            + " stands by.",
    footer = {
      "",
      "Ctrl-C or SIGTERM saves, then leaves with exit code 130.",
      "",
      "Examples:",
      "  holdfast coordinator job.yaml --dir /shared/runs/a --listen 127.0.0.1:7000"
    })
final class CoordinatorCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private JobOptions jobOptions;

  @Option(names = "--dir", paramLabel = "RUN", required = true, description = "The run directory.")
  private String directory;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      required = true,
      description = "Where workers and tools connect.")
  private String listen;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "How many workers the first round waits for (default: the job's min_workers).")
  private Optional<Integer> workers;

  @Option(
      names = "--insecure",
      description = "Listen beyond the loopback address although nothing is encrypted.")
  private boolean insecure;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      description = "Log there too; rolled, at most 4 files of 4 MB.")
  private Optional<Path> logFile;

  @Option(names = "--progress", hidden = true, description = "How progress is shown.")
  private Optional<ProgressStyle> progress;

  CoordinatorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ParentPipe.watch();
    Job job = jobOptions.read();
    HostAndPort address = HostAndPort.parse("--listen", listen);
    if (!insecure && address.isBeyondLoopback("--listen")) {
      throw CommandFailedException.badInput(
          "--listen: "
              + listen
              + ": nothing is encrypted yet (allowed: a loopback address, or --insecure)");
    }
    RunLocation run = RunLocation.parse(directory);
    Optional<ObjectStore> existing = run.find();
    if (existing.isPresent()) {
      run.requireWritable();
      new RunCheck(job, jobOptions.file(), run, existing.get()).requireFit();
    }
    ObjectStore store = run.openOrMake();
    logFile.ifPresent(ProcessLog::open);
    try {
      return lead(
          new CoordinatorServer(
              Version.CURRENT, job, store, address.resolve("--listen"), workers(job), observer()));
    } catch (ClaimFailedException e) {
      throw CommandFailedException.unreachable(
          run.given() + ": nobody could lead it: " + e.getMessage());
    }
  }

  private int workers(Job job) {
    workers.ifPresent(count -> WorkerCount.check(count, job));
    return workers.orElse(0);
  }

  private static int lead(CoordinatorServer server) throws IOException, InterruptedException {
    CountDownLatch left = new CountDownLatch(1);
    Shutdown shutdown =
        Shutdown.install(
            () -> {
              server.stop("asked to stop (SIGTERM or Ctrl-C)", ExitCode.INTERRUPTED.number());
              left.await();
            });
    try {
      int exitCode = server.run();
      shutdown.finished();
      return exitCode;
    } finally {
      left.countDown();
    }
  }

  private RunObserver observer() {
    ProgressStyle style =
        progress.orElse(terminal.interactive() ? ProgressStyle.BAR : ProgressStyle.PLAIN);
    return switch (style) {
      case BAR -> new ProgressBar(terminal, Clock.systemUTC());
      case PLAIN -> new ProgressLines(terminal, Clock.systemUTC());
    };
  }
}
