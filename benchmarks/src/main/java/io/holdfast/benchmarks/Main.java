package io.holdfast.benchmarks;

import io.holdfast.benchmarks.suite.HdfsSuite;
import io.holdfast.benchmarks.suite.LoadSuite;
import io.holdfast.benchmarks.suite.ReshardSuite;
import io.holdfast.benchmarks.suite.SaveEveryStepSuite;
import io.holdfast.benchmarks.suite.SaveSuite;
import io.holdfast.benchmarks.suite.ScalingSuite;
import io.holdfast.benchmarks.suite.ShardsSuite;
import io.holdfast.benchmarks.suite.WireSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of the benchmarks: one suite, its tables on standard output. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    header = "Measures Holdfast beside its peers, in turn in one run, and prints ratios.",
    subcommands = CommandLine.HelpCommand.class,
    footer = {
      "",
      "Examples:",
      "  benchmarks/run scaling",
      "  benchmarks/run wire --quick                 sees that it runs; its numbers mean nothing",
      "  benchmarks/run save --python .venv/bin/python"
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .addSubcommand(new Scaling())
        .addSubcommand(new Shards())
        .addSubcommand(new Wire())
        .addSubcommand(new Save())
        .addSubcommand(new Load())
        .addSubcommand(new Reshard())
        .addSubcommand(new HdfsPut())
        .addSubcommand(new SaveEveryStep())
        .addSubcommand(new Micro());
  }

  /** Where, how long and with whom. */
  static final class Options {
    @Option(
        names = "--quick",
        description = "One short round: sees that it runs, measures nothing.")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds that count (default: 5).")
    private Optional<Integer> rounds;

    @Option(
        names = "--seconds",
        paramLabel = "N",
        description = "Of steps in a round (default: 8).")
    private Optional<Integer> seconds;

    @Option(names = "--mib", paramLabel = "N", description = "MiB of a checkpoint (default: 1024).")
    private Optional<Integer> megabytes;

    @Option(
        names = "--scratch",
        paramLabel = "DIR",
        description = "On the disk that is measured (default: benchmarks/target).")
    private Optional<Path> scratch;

    @Option(
        names = "--python",
        paramLabel = "PATH",
        description = "An interpreter with TensorFlow, to compare with.")
    private Optional<String> python;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    Bench bench() throws IOException {
      Path project = Path.of(System.getProperty("holdfast.project"));
      Path parent = scratch.orElse(project.resolve("benchmarks/target"));
      Files.createDirectories(parent);
      return new Bench(
          project,
          Path.of(System.getProperty("holdfast.release")),
          Files.createTempDirectory(parent.toAbsolutePath(), "bench"),
          python,
          quick,
          positive("--rounds", rounds, quick ? 1 : 5),
          positive("--seconds", seconds, quick ? 1 : 8),
          positive("--mib", megabytes, quick ? 16 : 1024),
          System.out);
    }

    private int positive(String option, Optional<Integer> given, int otherwise) {
      int value = given.orElse(otherwise);
      if (value < 1) {
        throw new ParameterException(
            spec.commandLine(), option + ": " + value + " (allowed: 1 and more)");
      }
      return value;
    }
  }

  /** A suite: the machine first, then its tables, then what the load was meanwhile. */
  abstract static class Suite implements Callable<Integer> {
    @Mixin private Options options;

    @Override
    public final Integer call() throws IOException, InterruptedException {
      Bench bench = options.bench();
      try {
        Machine.describe(bench.out(), bench.scratch());
        measure(bench);
        Machine.load(bench.out());
        return 0;
      } finally {
        Bench.remove(bench.scratch());
      }
    }

    abstract void measure(Bench bench) throws IOException, InterruptedException;
  }

  /** A suite of whole runs, job by job. */
  abstract static class RunSuite extends Suite {
    @Option(
        names = "--job",
        paramLabel = "NAME",
        split = ",",
        defaultValue = "cnn,mlp",
        description = "Of benchmarks/jobs (default: ${DEFAULT-VALUE}).")
    private List<String> jobs;

    @Override
    final void measure(Bench bench) throws IOException, InterruptedException {
      for (String job : jobs) {
        measure(bench, job);
      }
    }

    abstract void measure(Bench bench, String job) throws IOException, InterruptedException;
  }

  @Command(
      name = "scaling",
      mixinStandardHelpOptions = true,
      header = "Two workers on two cores beside one worker on one core.")
  static final class Scaling extends RunSuite {
    @Override
    void measure(Bench bench, String job) throws IOException, InterruptedException {
      ScalingSuite.run(bench, job);
    }
  }

  @Command(
      name = "shards",
      mixinStandardHelpOptions = true,
      header = "What a step costs with 1, 2, 4 and 8 logical shards, on one worker and core.")
  static final class Shards extends RunSuite {
    @Override
    void measure(Bench bench, String job) throws IOException, InterruptedException {
      ShardsSuite.run(bench, job);
    }
  }

  @Command(
      name = "wire",
      mixinStandardHelpOptions = true,
      header = "Bytes that workers send in a step, beside 2 x state x (n-1)/n.")
  static final class Wire extends RunSuite {
    @Override
    void measure(Bench bench, String job) throws IOException, InterruptedException {
      WireSuite.run(bench, job);
    }
  }

  @Command(
      name = "save",
      mixinStandardHelpOptions = true,
      header = "A durable save of a large state beside dd conv=fdatasync and TensorFlow's SaveV2.")
  static final class Save extends Suite {
    @Override
    void measure(Bench bench) throws IOException, InterruptedException {
      SaveSuite.run(bench);
    }
  }

  @Command(
      name = "load",
      mixinStandardHelpOptions = true,
      header =
          "A cold load of it beside dd and TensorFlow's RestoreV2, and one by other numbers of workers.")
  static final class Load extends Suite {
    @Override
    void measure(Bench bench) throws IOException, InterruptedException {
      LoadSuite.run(bench);
    }
  }

  @Command(
      name = "reshard",
      mixinStandardHelpOptions = true,
      header = "The same checkpoint in another number of files beside a durable copy by dd.")
  static final class Reshard extends Suite {
    @Override
    void measure(Bench bench) throws IOException, InterruptedException {
      ReshardSuite.run(bench);
    }
  }

  @Command(
      name = "hdfs",
      mixinStandardHelpOptions = true,
      header = "A save to HDFS and a cold load from it beside Hadoop's own put and get.",
      footer = {"", "Example:", "  benchmarks/run hdfs --replication 3 --mib 256"})
  static final class HdfsPut extends Suite {
    @Option(
        names = "--replication",
        paramLabel = "N",
        defaultValue = "1",
        description = "Copies of a block, each on a DataNode of its own (default: 1).")
    private int replication;

    @Option(
        names = "--sync-on-close",
        description =
            "DataNodes sync a file that is closed, so that a put is durable as a save is.")
    private boolean syncOnClose;

    @Spec private CommandSpec spec;

    @Override
    void measure(Bench bench) throws IOException, InterruptedException {
      if (replication < 1) {
        throw new ParameterException(
            spec.commandLine(), "--replication: " + replication + " (allowed: 1 and more)");
      }
      HdfsSuite.run(bench, replication, syncOnClose);
    }
  }

  @Command(
      name = "save-every-step",
      mixinStandardHelpOptions = true,
      header = "Step time saving each step beside never saving, and what a hand-over costs.")
  static final class SaveEveryStep extends Suite {
    @Override
    void measure(Bench bench) throws IOException, InterruptedException {
      SaveEveryStepSuite.run(bench, "cnn");
      SaveEveryStepSuite.handOver(bench);
    }
  }

  @Command(
      name = "micro",
      mixinStandardHelpOptions = true,
      header = "JMH: the owner's update of a slice, a checksum beside a copy.",
      footer = {"", "Example:", "  benchmarks/run micro UpdateBenchmark"})
  static final class Micro implements Callable<Integer> {
    @Parameters(paramLabel = "PATTERN", arity = "0..1", description = "Which (default: all).")
    private Optional<String> pattern;

    @Override
    public Integer call() throws RunnerException {
      OptionsBuilder options = new OptionsBuilder();
      options.include(pattern.orElse("io.holdfast.benchmarks.micro"));
      new Runner(options.build()).run();
      return 0;
    }
  }
}
