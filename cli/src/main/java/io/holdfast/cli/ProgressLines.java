package io.holdfast.cli;

import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.coordinator.server.RunObserver;
import java.time.Duration;
import java.time.InstantSource;

/** Tells progress in plain lines: every few seconds, and at each epoch's end. */
final class ProgressLines implements RunObserver {
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final Terminal terminal;
  private final InstantSource clock;
  private long toldAtMillis;

  ProgressLines(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
    this.toldAtMillis = clock.millis();
  }

  @Override
  public void announce(LeaderEffect.Announce line) {
    Announcements.print(terminal, line);
  }

  @Override
  public void progress(LeaderEffect.Progress progress) {
    long now = clock.millis();
    if (!ProgressText.endsEpoch(progress) && now - toldAtMillis < EVERY.toMillis()) {
      return;
    }
    toldAtMillis = now;
    terminal.out().println(ProgressText.epoch(progress) + "  " + ProgressText.numbers(progress));
  }
}
