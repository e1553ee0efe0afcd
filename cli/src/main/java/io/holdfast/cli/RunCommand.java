package io.holdfast.cli;

import io.holdfast.cli.supervisor.ChildSpec;
import io.holdfast.cli.supervisor.LoopbackPort;
import io.holdfast.cli.supervisor.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run}: a coordinator and workers on this machine, to the end. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Trains a job on this machine, to the end.")
final class RunCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "JOB", description = "The job file.")
  private Path job;

  @Option(names = "--dir", paramLabel = "RUN", description = "The run directory.")
  private String directory;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Worker processes.")
  private int workers;

  RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    String address = "127.0.0.1:" + LoopbackPort.findFree();
    ChildSpec coordinator =
        new ChildSpec(
            "coordinator",
            () -> List.of("coordinator", job.toString(), "--dir", directory, "--listen", address));
    List<ChildSpec> workerSpecs =
        IntStream.rangeClosed(1, workers)
            .mapToObj(
                n ->
                    new ChildSpec("worker " + n, () -> List.of("worker", "--coordinator", address)))
            .toList();
    Supervisor supervisor =
        new Supervisor(
            Launcher.path(),
            coordinator,
            workerSpecs,
            () -> 0,
            line -> terminal.out().println(line));
    return supervisor.run();
  }
}
