package io.holdfast.cli;

import io.holdfast.job.Job;
import io.holdfast.job.file.JobException;
import io.holdfast.job.file.JobFile;
import io.holdfast.storage.Locations;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which job: its file and what the command line sets over it. */
final class JobOptions {
  @Parameters(
      index = "0",
      paramLabel = "JOB",
      description = "The job file, YAML or JSON: a path or a URI.")
  private String file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Sets a key of the job, dotted: --set checkpoint.every_steps=10. May be given several times.")
  private List<String> overrides = new ArrayList<>();

  /** The job, found good with its data files; anything else is told in one line. */
  Job read() {
    try {
      return JobFile.read(file, overrides);
    } catch (JobException e) {
      throw e.isUnreadable()
          ? CommandFailedException.unreachable(e.getMessage())
          : CommandFailedException.badInput(e.getMessage());
    }
  }

  String file() {
    return file;
  }

  /** As arguments for a child process, which may run in another directory. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add(Locations.shown(Locations.parse(file)));
    overrides.forEach(override -> arguments.addAll(List.of("--set", override)));
    return arguments;
  }
}
