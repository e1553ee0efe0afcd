package io.holdfast.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes.
 *
 * @param out what the user asked for
 * @param err everything else
 * @param interactive whether {@code out} is a terminal, on which lines may be drawn over
 * @param columns the terminal's width
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive, int columns) {

  private static final int DEFAULT_COLUMNS = 100;
  private static final int LEAST_COLUMNS = 40;

  /** As the launcher found it: only a shell can ask whether a stream is a terminal. */
  static Terminal ofProcess() {
    return new Terminal(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        Boolean.getBoolean("holdfast.terminal"),
        Math.max(LEAST_COLUMNS, Integer.getInteger("holdfast.columns", DEFAULT_COLUMNS)));
  }
}
