package io.holdfast.cli;

import io.holdfast.job.file.NearestNames;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Wires the command table and runs one command. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  /** The exit code is the command's; see {@link ExitCode}. */
  public static void main(String[] arguments) {
    Terminal terminal = Terminal.ofProcess();
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> halt(terminal, thread, failure));
    System.exit(execute(terminal, arguments));
  }

  /**
   * A thread died of a broken invariant: others would wait for it for ever, so the process stops
   * here, where nothing has been written on the strength of it.
   */
  private static void halt(Terminal terminal, Thread thread, Throwable failure) {
    LOG.error("Thread {} died", thread.getName(), failure);
    bug(terminal, failure);
    Runtime.getRuntime().halt(ExitCode.BUG.number());
  }

  static int execute(Terminal terminal, String... arguments) {
    return commandLine(terminal).execute(arguments);
  }

  private static CommandLine commandLine(Terminal terminal) {
    CommandLine root = new CommandLine(new HoldfastCommand());
    commands(terminal).forEach(root::addSubcommand);
    root.addSubcommand(
        new CommandLine(new LaunchCommand())
            .addSubcommand(new LaunchSlurmCommand(terminal))
            .addSubcommand(new LaunchSshCommand(terminal)));
    root.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    root.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    root.setUsageHelpWidth(Math.min(terminal.columns(), MOST_HELP_COLUMNS));
    root.setUsageHelpAutoWidth(false);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setParameterExceptionHandler((failure, given) -> badUsage(terminal, failure));
    root.setExecutionExceptionHandler((failure, command, given) -> failed(terminal, failure));
    return root;
  }

  private static final int MOST_HELP_COLUMNS = 120;

  private static List<Object> commands(Terminal terminal) {
    return List.of(
        new RunCommand(terminal),
        new CoordinatorCommand(terminal),
        new WorkerCommand(),
        new StatusCommand(terminal),
        new WorkersCommand(terminal),
        new WatchCommand(terminal),
        new SaveCommand(terminal),
        new DrainCommand(terminal),
        new StopCommand(terminal),
        new StepsCommand(terminal),
        new ShowCommand(terminal),
        new VerifyCommand(terminal),
        new RepairCommand(terminal),
        new PinCommand(terminal),
        new UnpinCommand(terminal),
        new PruneCommand(terminal),
        new TensorsCommand(terminal),
        new DiffCommand(terminal),
        new DuCommand(terminal),
        new ReshardCommand(terminal),
        new ArchiveCommand(terminal),
        new UnarchiveCommand(terminal),
        new EvaluateCommand(terminal));
  }

  private static int badUsage(Terminal terminal, ParameterException failure) {
    String command = failure.getCommandLine().getCommandSpec().qualifiedName();
    terminal.err().println("holdfast: " + whatIsWrong(failure) + " (see " + command + " --help)");
    return ExitCode.BAD_INPUT.number();
  }

  private static String whatIsWrong(ParameterException failure) {
    if (!(failure instanceof UnmatchedArgumentException unmatched)) {
      return oneLine(failure.getMessage());
    }
    CommandLine command = failure.getCommandLine();
    String given = unmatched.getUnmatched().get(0);
    if (!unmatched.isUnknownOption() && command.getParent() == null) {
      return "unknown command: "
          + given
          + " (allowed: "
          + String.join(", ", command.getSubcommands().keySet())
          + ")";
    }
    String kind = unmatched.isUnknownOption() ? "unknown option: " : "unexpected argument: ";
    List<String> nearest =
        unmatched.isUnknownOption()
            ? NearestNames.of(nameOf(given), optionNames(command), MOST_SUGGESTIONS)
            : List.of();
    return kind
        + given
        + (nearest.isEmpty() ? "" : " (nearest: " + String.join(", ", nearest) + ")");
  }

  private static final int MOST_SUGGESTIONS = 3;

  /** {@code --jason=x} without its value. */
  private static String nameOf(String option) {
    int equals = option.indexOf('=');
    return equals < 0 ? option : option.substring(0, equals);
  }

  private static List<String> optionNames(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !option.hidden())
        .flatMap(option -> Arrays.stream(option.names()))
        .filter(name -> name.startsWith("--"))
        .toList();
  }

  private static int failed(Terminal terminal, Exception failure) {
    if (failure instanceof CommandFailedException expected) {
      terminal.err().println("holdfast: " + oneLine(expected.getMessage()));
      return expected.exitCode().number();
    }
    bug(terminal, failure);
    return ExitCode.BUG.number();
  }

  private static void bug(Terminal terminal, Throwable failure) {
    terminal
        .err()
        .println(
            "holdfast: this is a bug in Holdfast "
                + Version.CURRENT
                + ", please report it with these lines:");
    failure.printStackTrace(terminal.err());
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
