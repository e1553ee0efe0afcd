package io.holdfast.cli;

/**
 * A command ends early for a reason that its user can act on: one line for people and the exit code
 * for scripts. Thrown at the command's edge only, where picocli takes exceptions for outcomes.
 */
public final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;

  private CommandFailedException(ExitCode exitCode, String line) {
    super(line);
    this.exitCode = exitCode;
  }

  /** Bad usage or input: say file, key, value and what is allowed. */
  public static CommandFailedException badInput(String line) {
    return new CommandFailedException(ExitCode.BAD_INPUT, line);
  }

  /** Wrong bytes in storage: say which file. */
  public static CommandFailedException damaged(String line) {
    return new CommandFailedException(ExitCode.DAMAGED, line);
  }

  /** Somebody does not answer, or storage cannot be read now. */
  public static CommandFailedException unreachable(String line) {
    return new CommandFailedException(ExitCode.UNREACHABLE, line);
  }

  public ExitCode exitCode() {
    return exitCode;
  }
}
