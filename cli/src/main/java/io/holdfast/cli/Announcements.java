package io.holdfast.cli;

import io.holdfast.coordinator.protocol.LeaderEffect;

/** Prints what the leader announces: news on standard output, what went wrong on standard error. */
final class Announcements {
  private Announcements() {}

  static void print(Terminal terminal, LeaderEffect.Announce line) {
    switch (line.level()) {
      case INFO -> terminal.out().println(line.text());
      case WARNING -> terminal.err().println("holdfast: WARNING: " + line.text());
      case ERROR -> terminal.err().println("holdfast: " + line.text());
    }
  }
}
