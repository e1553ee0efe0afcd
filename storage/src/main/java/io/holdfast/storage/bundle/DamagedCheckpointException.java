package io.holdfast.storage.bundle;

/**
 * The bytes of a checkpoint's file are there and are not what was once written. Repeating the read
 * does not help; a file that cannot be read at all is an {@link java.io.IOException} instead and
 * says nothing about damage.
 */
public final class DamagedCheckpointException extends Exception {

  private final String file;
  private final String problem;

  /**
   * Names the damaged file and what is wrong with it.
   *
   * @param file name of the damaged file
   * @param problem what is wrong with it, for an operator
   */
  public DamagedCheckpointException(String file, String problem) {
    super(file + ": " + problem);
    this.file = file;
    this.problem = problem;
  }

  /** The damaged file's name. */
  public String file() {
    return file;
  }

  /** What is wrong with it, without the file's name. */
  public String problem() {
    return problem;
  }
}
