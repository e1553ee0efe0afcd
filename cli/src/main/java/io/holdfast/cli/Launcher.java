package io.holdfast.cli;

import java.nio.file.Path;

/** The script that started this program, by which it starts its children. */
final class Launcher {
  private static final String PROPERTY = "holdfast.launcher";

  private Launcher() {}

  /** The script's absolute path. */
  static Path path() {
    String launcher = System.getProperty(PROPERTY);
    if (launcher == null) {
      throw CommandFailedException.badInput(
          "start this command by bin/holdfast, which the coordinator and workers are started by too");
    }
    return Path.of(launcher);
  }
}
