package io.holdfast.cli.supervisor;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One running child process. Its standard input is a pipe that this process holds: when this
 * process ends, however it ends, the child reads the end of the pipe and leaves. Its output goes
 * where this process's goes.
 */
final class Child {

  /** Tells the launcher and the child that a supervisor started them; see {@link ParentPipe}. */
  static final String SUPERVISED = "HOLDFAST_SUPERVISED";

  private final ChildSpec.Place place;
  private final Process process;

  private Child(ChildSpec.Place place, Process process) {
    this.place = place;
    this.process = process;
  }

  /**
   * Starts the child.
   *
   * @param command the program and its arguments
   * @throws IOException if the system refuses
   */
  static Child start(ChildSpec.Place place, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(Map.of(SUPERVISED, "1"));
    return new Child(place, builder.start());
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Runs once the child has ended. */
  void onExit(java.util.function.Consumer<Death> action) {
    var unused =
        process.onExit().thenAccept(ended -> action.accept(Death.of(place, ended.exitValue())));
  }

  /** Asks it to end in good order. A signal to an ssh client would not get further. */
  void terminate() {
    if (place == ChildSpec.Place.HERE) {
      process.destroy();
      return;
    }
    try {
      process.getOutputStream().write(ParentPipe.LEAVE);
      process.getOutputStream().flush();
    } catch (IOException pipeIsOver) {
      process.destroy();
    }
  }

  /** Ends it at once. */
  void kill() {
    process.destroyForcibly();
  }
}
