package io.holdfast.cli;

import io.holdfast.cli.launch.SlurmClient;
import io.holdfast.cli.launch.SlurmClient.Submission;
import io.holdfast.cli.launch.SlurmJob;
import io.holdfast.job.Job;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code launch slurm}: a run as one job of Slurm. */
@Command(
    name = "slurm",
    mixinStandardHelpOptions = true,
    header = "Submits a run to Slurm: coordinator and workers as one job.",
    description = {
      "The job restarts what dies, goes on without a node that fails, and on SIGTERM (scancel,"
          + " preemption, a minute",
      "before the time limit) saves and leaves. The same command goes on from there. JOB, RUN and"
          + " this program must be",
      "seen by every node under the same paths.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  holdfast launch slurm job.yaml --dir /shared/runs/a --workers 4 --nodes 2 --insecure",
      "  holdfast launch slurm job.yaml --dir /shared/runs/a --workers 4 --dry-run",
      "  holdfast launch slurm job.yaml --dir /shared/runs/a --workers 2 -- --partition=main"
          + " --time=8:00:00 --cpus-per-task=8"
    })
final class LaunchSlurmCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private JobOptions jobOptions;

  @Option(
      names = "--dir",
      paramLabel = "RUN",
      required = true,
      description = "The run directory, on a file system that every node sees.")
  private String directory;

  @Option(
      names = "--workers",
      paramLabel = "N",
      required = true,
      description = "Workers; a task of the job each.")
  private int workers;

  @Option(
      names = "--nodes",
      paramLabel = "N|MIN-MAX",
      description = "Nodes, as sbatch takes them (default: Slurm decides).")
  private Optional<String> nodes;

  @Option(
      names = "--insecure",
      description = "Listen beyond the loopback address although nothing is encrypted.")
  private boolean insecure;

  @Option(
      names = "--dry-run",
      description = "Print the script that would be submitted; nothing is written.")
  private boolean dryRun;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "-- SBATCH_OPTION",
      description = "Options for sbatch, after --.")
  private List<String> sbatchOptions = new ArrayList<>();

  LaunchSlurmCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Job job = jobOptions.read();
    WorkerCount.check(workers, job);
    RunLocation run = RunLocation.parse(directory);
    SlurmJob slurm = slurmJob(job, run);
    if (dryRun) {
      terminal.out().print(slurm.script());
      return ExitCode.DONE.number();
    }
    Optional<ObjectStore> existing = run.find();
    if (existing.isPresent()) {
      Vacancy.require(run, existing.get());
      new RunCheck(job, jobOptions.file(), run, existing.get()).requireFit();
    }
    run.openOrMake();
    Files.createDirectories(run.logs());
    write(slurm);
    tell(submit(slurm), slurm, run);
    return ExitCode.DONE.number();
  }

  private SlurmJob slurmJob(Job job, RunLocation run) {
    if (!sbatchOptions.isEmpty() && !sbatchOptions.get(0).startsWith("-")) {
      throw CommandFailedException.badInput(
          "unexpected argument: " + sbatchOptions.get(0) + " (allowed: sbatch's options after --)");
    }
    List<String> jobArguments = new ArrayList<>(jobOptions.arguments());
    if (insecure) {
      jobArguments.add("--insecure");
    }
    try {
      return new SlurmJob(
          Version.CURRENT,
          Launcher.path(),
          job.name(),
          jobArguments,
          run.requireShared("--dir"),
          workers,
          nodes,
          sbatchOptions);
    } catch (IllegalArgumentException e) {
      throw CommandFailedException.badInput(e.getMessage());
    }
  }

  /** In one step, since tasks of an earlier job may still be reading the one before. */
  private static void write(SlurmJob slurm) throws IOException {
    Path file = slurm.file();
    Path written = Files.createTempFile(file.getParent(), "slurm", ".sh");
    Files.writeString(written, slurm.script());
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static long submit(SlurmJob slurm) throws InterruptedException {
    Submission submission = SlurmClient.submit(slurm.file());
    if (submission instanceof Submission.Accepted accepted) {
      return accepted.job();
    }
    if (submission instanceof Submission.Unreachable unreachable) {
      throw CommandFailedException.unreachable(unreachable.reason());
    }
    throw CommandFailedException.badInput(((Submission.Refused) submission).reason());
  }

  private void tell(long id, SlurmJob slurm, RunLocation run) {
    String output = slurm.output().toString().replace("%j", Long.toString(id));
    terminal.out().println("Submitted job " + id + " (" + workers + " workers)");
    terminal.out().println("Slurm's view:  squeue --job " + id);
    terminal.out().println("Ours:          holdfast status --dir " + run.shown());
    terminal.out().println("Output:        " + output);
    terminal.out().println("Save and stop: scancel " + id + "   (the same command goes on)");
    if (!insecure) {
      terminal
          .err()
          .println(
              "holdfast: nothing is encrypted between nodes yet: without --insecure the coordinator"
                  + " listens on loopback addresses only");
    }
  }
}
