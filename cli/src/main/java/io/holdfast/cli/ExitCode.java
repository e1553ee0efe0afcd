package io.holdfast.cli;

/** What a process tells its caller; scripts rely on the numbers. */
public enum ExitCode {
  DONE(0),
  /** {@code diff} found differences. */
  DIFFERENT(1),
  /** Bad usage or bad input; nothing was written. */
  BAD_INPUT(2),
  DAMAGED(3),
  /** Unreachable, or timed out. */
  UNREACHABLE(4),
  BUG(70),
  INTERRUPTED(130);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
