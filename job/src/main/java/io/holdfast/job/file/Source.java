package io.holdfast.job.file;

import io.holdfast.storage.UnreadableFileException;
import java.util.Set;

/**
 * Whom to blame for a key: the file, or a {@code --set}.
 *
 * @param name of the file, as the user gave it
 * @param overridden keys that were set on the command line
 */
record Source(String name, Set<String> overridden) {

  static final String COMMAND_LINE = "--set";

  Source {
    overridden = Set.copyOf(overridden);
  }

  static Source file(String name) {
    return new Source(name, Set.of());
  }

  JobException error(String key, String problem) {
    return new JobException(blamed(key), key, problem);
  }

  /** That a file cannot be read now. */
  JobException unreadable(String key, UnreadableFileException failure) {
    return new JobException(blamed(key), key, failure.getMessage(), true);
  }

  private String blamed(String key) {
    return isOverridden(key) ? COMMAND_LINE : name;
  }

  private boolean isOverridden(String key) {
    return overridden.stream()
        .anyMatch(set -> key.equals(set) || key.startsWith(set + ".") || key.startsWith(set + "["));
  }
}
