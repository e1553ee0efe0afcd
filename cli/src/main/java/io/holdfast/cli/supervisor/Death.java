package io.holdfast.cli.supervisor;

/** How a child process ended, as its exit status tells it. */
public sealed interface Death {

  /** It ended by itself. */
  record Exited(int code) implements Death {}

  /** A signal ended it: somebody killed it, or the system ran out of memory. */
  record Killed(int signal) implements Death {}

  /** It could not be started where it belongs, or the connection to it broke. */
  record Unreachable() implements Death {}

  /** What the exit value of a child means: ssh has one for its own failures. */
  static Death of(ChildSpec.Place place, int exitValue) {
    return place == ChildSpec.Place.OVER_SSH && exitValue == SSH_FAILED
        ? new Unreachable()
        : of(exitValue);
  }

  /**
   * What {@link Process#exitValue} means: 128 + the signal's number for a killed process, and for
   * one that left in good order because of a signal.
   */
  static Death of(int exitValue) {
    int signal = exitValue - SIGNAL_BASE;
    return signal == SIGINT || signal == SIGKILL || signal == SIGTERM
        ? new Killed(signal)
        : new Exited(exitValue);
  }

  /** In words, to stand after the child's name. */
  default String describe() {
    if (this instanceof Unreachable) {
      return "cannot be reached, or the connection to it broke";
    }
    return switch (this instanceof Killed killed ? killed.signal() : 0) {
      case SIGKILL -> "was killed (SIGKILL)";
      case SIGINT, SIGTERM -> "was asked to leave";
      default -> "ended with exit code " + ((Exited) this).code();
    };
  }

  int SIGNAL_BASE = 128;
  int SSH_FAILED = 255;
  int SIGINT = 2;
  int SIGKILL = 9;
  int SIGTERM = 15;
}
