package io.holdfast.job.file;

import java.util.Objects;

/**
 * What is wrong with a job file, in one line: where, which key, which value, what is allowed. Or
 * why it, or a file that it names, cannot be read now.
 */
public final class JobException extends Exception {
  private static final int MAX_LENGTH = 1000;

  private final String source;
  private final String key;
  private final String problem;
  private final boolean unreadable;

  /**
   * @param source the file, or {@code --set} where an override is to blame
   * @param key dotted path such as {@code model.layers[2].dense.units}; empty for the whole file
   * @param problem the value and what is allowed
   */
  JobException(String source, String key, String problem) {
    this(source, key, problem, false);
  }

  JobException(String source, String key, String problem, boolean unreadable) {
    super(line(source, key, problem));
    this.source = Objects.requireNonNull(source);
    this.key = Objects.requireNonNull(key);
    this.problem = Objects.requireNonNull(problem);
    this.unreadable = unreadable;
  }

  public String source() {
    return source;
  }

  public String key() {
    return key;
  }

  public String problem() {
    return problem;
  }

  /** Whether nothing was found wrong, but a file could not be read: trying again may help. */
  public boolean isUnreadable() {
    return unreadable;
  }

  /** One printable line, whatever a hostile file holds. */
  private static String line(String source, String key, String problem) {
    String line = source + ": " + (key.isEmpty() ? "" : key + ": ") + problem;
    String cut = line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "..." : line;
    return cut.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
  }
}
