package io.holdfast.storage.checkpoint;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts what checkpoints take that may share files: each copy once, for as long as anyone has it.
 */
final class SharedBytes {
  private final Map<Object, Integer> users = new HashMap<>();
  private long bytes;

  /**
   * One more checkpoint.
   *
   * @param copies bytes of each of its files, by their identity
   */
  void add(Map<Object, Long> copies) {
    copies.forEach(
        (identity, length) -> bytes += users.merge(identity, 1, Integer::sum) == 1 ? length : 0);
  }

  /** One less, which was added before; what others have stays. */
  void remove(Map<Object, Long> copies) {
    copies.forEach(
        (identity, length) -> {
          boolean last =
              users.computeIfPresent(identity, (i, count) -> count == 1 ? null : count - 1) == null;
          bytes -= last ? length : 0;
        });
  }

  long bytes() {
    return bytes;
  }
}
