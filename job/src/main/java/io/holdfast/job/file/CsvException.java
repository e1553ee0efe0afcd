package io.holdfast.job.file;

import java.util.Objects;

/** What is wrong with a CSV file, or with what a job says of it, in one line. */
public final class CsvException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * @param key of the job's {@code csv} that is to blame: {@code path}, {@code label} or {@code
   *     columns}
   * @param problem file, line, column and value as far as there are any, and what is allowed
   */
  CsvException(String key, String problem) {
    super(problem);
    this.key = Objects.requireNonNull(key);
  }

  public String key() {
    return key;
  }
}
