package io.holdfast.cli;

import io.holdfast.cli.supervisor.ChildSpec;
import io.holdfast.cli.supervisor.FreePort;
import io.holdfast.cli.supervisor.Supervisor;
import io.holdfast.job.Job;
import io.holdfast.storage.Locations;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: a coordinator and workers on this machine, to the end. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    header =
        "Trains a job on this machine, to the end; resumes by itself from the newest good"
            + " checkpoint in RUN.",
    description = {
      "Starts a coordinator and workers as processes of their own, replaces one that dies, and"
          + " takes them down with",
      "itself. Writes nothing before the job is found good. Ctrl-C saves, then leaves; the same"
          + " command goes on.",
      ""
    },
    footer = {
      "",
      "Any number of workers gives the same bits. One that dies is replaced; a run may go on with"
          + " another number.",
      "A resume may change epochs, steps, metrics, checkpoint.*, cluster.* and --workers.",
      "`stop` ends it with exit code 0, Ctrl-C with 130; both save first. A drained worker is not replaced.",
      "",
      "Examples:",
      "  holdfast run examples/mnist/cnn.yaml",
      "  holdfast run job.yaml --dir runs/try2 --set checkpoint.every_steps=10 --set epochs=1",
      "  holdfast run job.yaml --from 900          from step 900; later checkpoints are set aside",
      "  holdfast run tuned.yaml --dir runs/b --fork --from runs/a/best",
      "                                            a new run of another job, from the best of runs/a",
      "  holdfast run job.yaml --restart           from scratch; earlier checkpoints are set aside"
    })
final class RunCommand implements Callable<Integer> {
  private static final int DEFAULT_WORKERS = 2;
  private static final int FENCED = io.holdfast.coordinator.protocol.ExitCode.FENCED;

  private final Terminal terminal;

  @Mixin private JobOptions jobOptions;

  @Option(
      names = "--dir",
      paramLabel = "RUN",
      description = "The run directory (default: runs/<name of the job>).")
  private Optional<String> directory;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "Worker processes (default: 2, within the job's cluster.min_workers and mesh.shards).")
  private Optional<Integer> workers;

  @Option(
      names = "--restart",
      description = "Start from scratch; existing checkpoints are set aside in .holdfast/void.")
  private boolean restart;

  @Option(
      names = "--from",
      paramLabel = "STEP",
      description =
          "Go on from an earlier checkpoint of RUN; later ones are set aside in .holdfast/void. A"
              + " step number, latest, best or a checkpoint's name. With --fork: RUN/STEP of"
              + " another run.")
  private Optional<String> from;

  @Option(
      names = "--fork",
      description =
          "Begin a new run in --dir from the checkpoint that --from names as RUN/STEP, or RUN for"
              + " its newest. The job may be any other with the same weights and kind of optimizer.")
  private boolean fork;

  @Option(
      names = "--insecure",
      description = "Accepted; this command listens on the loopback address only.")
  private boolean insecure;

  RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Job job = jobOptions.read();
    int workerCount = workers(job);
    RunLocation run = RunLocation.parse(directory.orElse("runs/" + job.name()));
    Path launcher = Launcher.path();
    requireOneStart();
    if (fork) {
      fork(job, run);
      return supervise(run, run.openOrMake(), launcher, workerCount);
    }
    Optional<Prefix> start = from.map(name -> CheckpointName.parse(name).findIn(run));
    Optional<ObjectStore> existing = run.find();
    if (existing.isPresent()) {
      check(job, run, existing.get(), start);
    }
    ObjectStore store = run.openOrMake();
    if (restart || start.isPresent()) {
      int setAside = new OtherStart(run, store).from(start);
      terminal
          .out()
          .println("Set " + setAside + " checkpoints aside in " + run.file(".holdfast/void"));
    }
    return supervise(run, store, launcher, workerCount);
  }

  private void requireOneStart() {
    if (restart && (from.isPresent() || fork)) {
      throw CommandFailedException.badInput(
          "run: --restart excludes --from and --fork (allowed: one of them)");
    }
    if (fork && from.isEmpty()) {
      throw CommandFailedException.badInput(
          "run: --fork needs a checkpoint to begin from (allowed: --from RUN/STEP or --from RUN)");
    }
  }

  private void fork(Job job, RunLocation run) throws InterruptedException {
    ForkedStart start = ForkedStart.parse(job, jobOptions.file(), from.orElseThrow(), run);
    start.require();
    terminal.out().println(start.told(start.make()));
  }

  /** Ends where another coordinator leads; begins again where a command held the lead a moment. */
  private int supervise(RunLocation run, ObjectStore store, Path launcher, int workerCount)
      throws IOException, InterruptedException {
    terminal.out().println("Run " + run.shown() + " (logs in " + logs(run) + ")");
    while (true) {
      Supervisor supervisor = supervisor(run, store, launcher, workerCount);
      Shutdown shutdown = Shutdown.install(supervisor::stop);
      int exitCode = supervisor.run();
      shutdown.finished();
      if (exitCode != FENCED) {
        return exitCode;
      }
      Vacancy.require(run, store);
    }
  }

  private int workers(Job job) {
    int least = job.cluster().minWorkers();
    int count = workers.orElse(Math.max(least, Math.min(DEFAULT_WORKERS, job.mesh().shards())));
    WorkerCount.check(count, job);
    return count;
  }

  private static String logs(RunLocation run) {
    return Locations.isLocal(run.uri()) ? ".holdfast/logs" : run.logs().toString();
  }

  private void check(Job job, RunLocation run, ObjectStore store, Optional<Prefix> start)
      throws IOException, InterruptedException {
    run.requireWritable();
    Vacancy.require(run, store);
    RunCheck check = new RunCheck(job, jobOptions.file(), run, store);
    if (start.isPresent()) {
      check.requireFit(start.get());
    } else if (!restart) {
      check.requireFit();
    }
  }

  private Supervisor supervisor(RunLocation run, ObjectStore store, Path launcher, int workerCount)
      throws IOException {
    String address = "127.0.0.1:" + FreePort.find();
    ChildSpec coordinator =
        here("coordinator", launcher, () -> coordinatorArguments(run, address, workerCount));
    List<ChildSpec> workerSpecs =
        IntStream.rangeClosed(1, workerCount)
            .mapToObj(
                n ->
                    here(
                        "worker " + n,
                        launcher,
                        () -> workerArguments(run, address, n, workerCount)))
            .toList();
    return new Supervisor(
        coordinator, workerSpecs, () -> RunProgress.newestStep(store), this::tell);
  }

  private static ChildSpec here(String name, Path launcher, Supplier<List<String>> arguments) {
    return new ChildSpec(
        name,
        ChildSpec.Place.HERE,
        last -> {
          List<String> command = new ArrayList<>(List.of(launcher.toString()));
          command.addAll(arguments.get());
          return command;
        });
  }

  private List<String> coordinatorArguments(RunLocation run, String address, int workerCount) {
    List<String> arguments = new ArrayList<>(List.of("coordinator"));
    arguments.addAll(jobOptions.arguments());
    arguments.addAll(List.of("--dir", run.shown(), "--listen", address));
    arguments.addAll(List.of("--log-file", run.logs().resolve("coordinator.log").toString()));
    arguments.addAll(List.of("--workers", String.valueOf(workerCount)));
    String progress = (terminal.interactive() ? ProgressStyle.BAR : ProgressStyle.PLAIN).name();
    arguments.addAll(List.of("--progress", progress.toLowerCase(Locale.ROOT)));
    return arguments;
  }

  /** Workers share this machine's cores; more workers than cores have one each. */
  private static List<String> workerArguments(
      RunLocation run, String address, int number, int count) {
    String log = run.logs().resolve("worker-" + number + ".log").toString();
    int cores = Math.max(1, Runtime.getRuntime().availableProcessors() / count);
    return List.of(
        "worker", "--coordinator", address, "--cores", String.valueOf(cores), "--log-file", log);
  }

  private void tell(String line) {
    terminal
        .err()
        .println((terminal.interactive() ? ProgressBar.CLEAR_LINE : "") + "holdfast: " + line);
  }
}
