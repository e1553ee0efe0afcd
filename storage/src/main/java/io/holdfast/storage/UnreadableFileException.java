package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/**
 * A file is there and cannot be read now: no permission, an I/O error, its server away. That says
 * nothing about its content, and trying again may help.
 */
public final class UnreadableFileException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param file where it lies, to begin the message with
   * @param cause why it cannot be read
   */
  public UnreadableFileException(String file, IOException cause) {
    super(file + " is not readable: " + reason(cause), cause);
  }

  /** Java names the file alone in some of its exceptions, and the reason in the class's name. */
  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason =
        cause instanceof FileSystemException system ? system.getReason() : cause.getMessage();
    return reason == null || reason.isBlank() ? cause.getClass().getSimpleName() : reason;
  }
}
