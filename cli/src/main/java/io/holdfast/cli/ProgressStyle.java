package io.holdfast.cli;

/** How progress is shown. */
enum ProgressStyle {
  /** A bar that is drawn over; for terminals. */
  BAR,
  /** A line every few seconds and at each epoch's end. */
  PLAIN
}
