package io.holdfast.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which checkpoints of a run a command is about, and how it answers. */
final class CheckpointOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory.")
  private String run;

  @Parameters(
      index = "1",
      paramLabel = "STEP",
      arity = "0..1",
      description = "A step number, latest (the default) or best.")
  private String step;

  @Option(names = "--all", description = "Every checkpoint of the run.")
  private boolean all;

  @Option(names = "--json", description = "One JSON document instead of text.")
  private boolean json;

  /** Opens the run, which must exist; bad input if both a step and all are asked for. */
  StoredRun open() {
    if (all && step != null) {
      throw CommandFailedException.badInput(command.name() + ": STEP and --all exclude each other");
    }
    return StoredRun.open(run);
  }

  boolean isAll() {
    return all;
  }

  /** Whether neither a step nor all are asked for. */
  boolean isSilent() {
    return !all && step == null;
  }

  /** The step that is asked for, or the newest. */
  String step() {
    return step == null ? StoredRun.LATEST : step;
  }

  boolean isJson() {
    return json;
  }
}
