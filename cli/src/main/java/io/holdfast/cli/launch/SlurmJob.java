package io.holdfast.cli.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A run as one job of Slurm. What it does there stands in the template {@code slurm.sh} beside this
 * class.
 *
 * @param version of this program
 * @param holdfast the program's path, on every node
 * @param name of the job
 * @param jobArguments the job file and what is set over it, for a coordinator
 * @param run the run directory, on a file system that every node sees
 * @param workers one task each
 * @param nodes as sbatch takes it, N or MIN-MAX; empty if Slurm decides
 * @param options more of sbatch's options
 */
public record SlurmJob(
    String version,
    Path holdfast,
    String name,
    List<String> jobArguments,
    Path run,
    int workers,
    Optional<String> nodes,
    List<String> options) {
  private static final String TEMPLATE = "slurm.sh";
  private static final Pattern PLACEHOLDER = Pattern.compile("@([A-Z]+)@");
  private static final Pattern NODES = Pattern.compile("[1-9][0-9]{0,5}(-[1-9][0-9]{0,5})?");

  /** Characters that mean something in a line that sbatch reads. */
  private static final Pattern UNFIT = Pattern.compile("[\\p{Cntrl}\"\\\\]");

  public SlurmJob {
    Objects.requireNonNull(version);
    jobArguments = List.copyOf(jobArguments);
    options = List.copyOf(options);
    nodes.ifPresent(
        given ->
            require(
                NODES.matcher(given).matches(), "--nodes: " + given + " (allowed: N or MIN-MAX)"));
    require(
        !UNFIT.matcher(run.toString()).find(),
        "--dir: " + run + ": Slurm takes no quotes, backslashes or control characters in it");
    for (String option : options) {
      require(
          !UNFIT.matcher(option).find(),
          option + ": quotes, backslashes and control characters cannot be handed to sbatch");
    }
  }

  private static void require(boolean fits, String problem) {
    if (!fits) {
      throw new IllegalArgumentException(problem);
    }
  }

  /** Where the script is kept: the tasks of the job run it too. */
  public Path file() {
    return run.resolve(".holdfast").resolve("slurm.sh");
  }

  /** Where the job's own output goes; {@code %j} stands for its number. */
  public Path output() {
    return logs().resolve("slurm-%j.out");
  }

  private Path logs() {
    return run.resolve(".holdfast").resolve("logs");
  }

  /** The script to submit. */
  public String script() {
    Map<String, String> values =
        Map.of(
            "VERSION", version,
            "NAME", name.replaceAll("[^A-Za-z0-9._-]", "-"),
            "WORKERS", String.valueOf(workers),
            "OUTPUT", logs().toString().replace("%", "%%") + "/slurm-%j.out",
            "OPTIONS", optionLines(),
            "HOLDFAST", ShellText.quote(holdfast.toString()),
            "SELF", ShellText.quote(file().toString()),
            "JOB", ShellText.quote(jobArguments),
            "RUN", ShellText.quote(run.toString()),
            "LOGS", ShellText.quote(logs().toString()));
    return PLACEHOLDER
        .matcher(template())
        .replaceAll(found -> Matcher.quoteReplacement(values.get(found.group(1))));
  }

  /** One line for all that was given, since an option and its value may be two words. */
  private String optionLines() {
    List<String> lines = new ArrayList<>();
    nodes.ifPresent(given -> lines.add("#SBATCH --nodes=" + given));
    if (!options.isEmpty()) {
      lines.add(
          options.stream()
              .map(option -> option.matches("[A-Za-z0-9_./:=,@%+-]+") ? option : quoted(option))
              .collect(Collectors.joining(" ", "#SBATCH ", "")));
    }
    return String.join("\n", lines);
  }

  private static String quoted(String option) {
    return '"' + option + '"';
  }

  private static String template() {
    try (InputStream in = SlurmJob.class.getResourceAsStream(TEMPLATE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
