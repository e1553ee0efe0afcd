package io.holdfast.storage.checkpoint;

import java.util.Locale;

/** Why retention keeps a checkpoint. */
public enum KeptReason {
  /** Among the newest, or newer than the newest that counts. */
  LATEST,
  /** The best by the monitored metric. */
  BEST,
  /** The one of its span of hours, or its step is a multiple of so many. */
  EVERY,
  /** An operator asked for it. */
  PINNED,
  /** Superseded a moment ago; readers may still be at it. */
  READERS;

  /** As {@code steps --json} has it: {@code latest}, {@code best} ... */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
