package io.holdfast.worker.runtime;

import java.time.Duration;
import java.util.Optional;

/**
 * Notices work that does not come to its end: a read from a mount that hangs, a kernel that never
 * returns. A worker in such a state still gives signs of life, and would hold its round for ever.
 * Time in which this worker waits for others or for orders does not count. Safe for use by several
 * threads.
 */
final class ProgressWatch {
  private static final long RESTS = Long.MIN_VALUE;

  /** When the piece of work under way began. */
  private volatile long pieceNanos = RESTS;

  /** A piece of work may take this long. */
  private volatile Duration limit = Duration.ofNanos(Long.MAX_VALUE);

  void limit(Duration newLimit) {
    limit = newLimit;
  }

  /** A piece of work begins; the one before it is done. */
  void piece(long nowNanos) {
    pieceNanos = nowNanos == RESTS ? RESTS + 1 : nowNanos;
  }

  /** What takes time from here on is not this worker's work. */
  void rest() {
    pieceNanos = RESTS;
  }

  /** The limit, if the piece under way has taken longer. */
  Optional<Duration> overdue(long nowNanos) {
    long began = pieceNanos;
    Duration allowed = limit;
    return began != RESTS && nowNanos - began > allowed.toNanos()
        ? Optional.of(allowed)
        : Optional.empty();
  }
}
