package io.holdfast.cli.supervisor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One running child process. Its standard input is a pipe that this process holds and never writes
 * to: when this process ends, however it ends, the child reads the end of the pipe and leaves. Its
 * output goes where this process's goes.
 */
final class Child {

  /** Tells the launcher and the child that a supervisor started them; see {@link ParentPipe}. */
  static final String SUPERVISED = "HOLDFAST_SUPERVISED";

  private final Process process;

  private Child(Process process) {
    this.process = process;
  }

  /**
   * Starts the child.
   *
   * @param launcher the program's start script
   * @throws IOException if the system refuses
   */
  static Child start(Path launcher, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(Map.of(SUPERVISED, "1"));
    return new Child(builder.start());
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Runs once the child has ended. */
  void onExit(java.util.function.Consumer<Death> action) {
    var unused = process.onExit().thenAccept(ended -> action.accept(Death.of(ended.exitValue())));
  }

  /** Asks it to end in good order. */
  void terminate() {
    process.destroy();
  }

  /** Ends it at once. */
  void kill() {
    process.destroyForcibly();
  }
}
