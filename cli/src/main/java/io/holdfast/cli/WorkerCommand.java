package io.holdfast.cli;

import static io.holdfast.coordinator.protocol.ExitCode.DRAINED;

import io.holdfast.cli.supervisor.ParentPipe;
import io.holdfast.worker.exchange.ExchangeNode;
import io.holdfast.worker.runtime.WorkerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code worker}: one worker. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    header =
        "Works for a coordinator: one worker, for launch scripts. Finds the coordinator again after"
            + " it moved.",
    footer = {
      "",
      "Exit code 0: the job is over, or this worker was drained; do not start it again.",
      "",
      "Examples:",
      "  holdfast worker --coordinator 127.0.0.1:7000",
      "  holdfast worker --coordinator host1:7000,host2:7000"
    })
final class WorkerCommand implements Callable<Integer> {
  @Option(
      names = "--coordinator",
      paramLabel = "HOST:PORT",
      required = true,
      split = ",",
      description = "Where coordinators listen, tried in turn.")
  private List<String> coordinators;

  @Option(
      names = "--listen",
      paramLabel = "HOST[:PORT]",
      description = {
        "Where other workers reach this one (default: the address by which it reaches the",
        "coordinator, any port)."
      })
  private Optional<String> listen;

  @Option(
      names = "--cores",
      paramLabel = "N",
      description = "Cores to compute on (default: all that this process may use).")
  private Optional<Integer> cores;

  @Option(names = "--insecure", description = "Accepted; nothing is encrypted yet.")
  private boolean insecure;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      description = "Log there too; rolled, at most 4 files of 4 MB.")
  private Optional<Path> logFile;

  @Override
  public Integer call() throws InterruptedException {
    ParentPipe.watch();
    List<HostAndPort> addresses =
        coordinators.stream().map(given -> HostAndPort.parse("--coordinator", given)).toList();
    int coreCount = cores.orElseGet(Runtime.getRuntime()::availableProcessors);
    if (coreCount < 1) {
      throw CommandFailedException.badInput("--cores: " + coreCount + " (allowed: 1 and more)");
    }
    HostAndPort exchange = ExchangeAddress.of(listen, addresses.get(0));
    logFile.ifPresent(ProcessLog::open);
    return work(
        new WorkerProcess(
            Version.CURRENT,
            addresses.stream().map(HostAndPort::toString).toList(),
            open(exchange),
            coreCount));
  }

  private static ExchangeNode open(HostAndPort address) {
    try {
      return ExchangeNode.open(address.host(), address.port());
    } catch (IOException e) {
      throw CommandFailedException.badInput("--listen: " + e.getMessage());
    }
  }

  private static int work(WorkerProcess worker) throws InterruptedException {
    CountDownLatch left = new CountDownLatch(1);
    Shutdown shutdown =
        Shutdown.install(
            () -> {
              worker.leave("asked to leave (SIGTERM or Ctrl-C)");
              left.await();
            });
    try {
      int exitCode = worker.run();
      shutdown.finished();
      return exitCode == DRAINED && !ParentPipe.isSupervised() ? ExitCode.DONE.number() : exitCode;
    } finally {
      left.countDown();
    }
  }
}
