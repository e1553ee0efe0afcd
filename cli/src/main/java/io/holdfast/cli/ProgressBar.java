package io.holdfast.cli;

import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.server.RunObserver;
import java.time.Duration;
import java.time.InstantSource;

/** Draws progress over one line of a terminal; lines to keep are put above it. */
final class ProgressBar implements RunObserver {
  static final String CLEAR_LINE = "\r\u001b[K";

  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final int BAR_CELLS = 24;

  private final Terminal terminal;
  private final InstantSource clock;
  private String drawn = "";
  private long drawnAtMillis;

  ProgressBar(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public void announce(LeaderEffect.Announce line) {
    terminal.out().print(CLEAR_LINE);
    terminal.out().flush();
    Announcements.print(terminal, line);
    draw(drawn);
  }

  @Override
  public void progress(LeaderEffect.Progress progress) {
    boolean endsEpoch = ProgressText.endsEpoch(progress);
    long now = clock.millis();
    if (!endsEpoch && now - drawnAtMillis < REDRAW.toMillis()) {
      return;
    }
    drawnAtMillis = now;
    draw(
        cut(
            ProgressText.epoch(progress)
                + " "
                + bar(progress)
                + " "
                + ProgressText.numbers(progress)));
    if (endsEpoch) {
      terminal.out().println();
      drawn = "";
    }
  }

  private void draw(String line) {
    terminal.out().print(CLEAR_LINE + line);
    terminal.out().flush();
    drawn = line;
  }

  /** A line that wraps could not be drawn over. */
  private String cut(String line) {
    return line.length() < terminal.columns() ? line : line.substring(0, terminal.columns() - 1);
  }

  private static String bar(LeaderEffect.Progress progress) {
    long done = ProgressText.stepInEpoch(progress);
    int cells = (int) (done * BAR_CELLS / Math.max(1, ProgressText.stepsInThisEpoch(progress)));
    cells = Math.min(cells, BAR_CELLS);
    return "[" + "=".repeat(cells) + " ".repeat(BAR_CELLS - cells) + "]";
  }
}
