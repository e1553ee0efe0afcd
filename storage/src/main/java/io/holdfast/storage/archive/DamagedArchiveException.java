package io.holdfast.storage.archive;

import java.io.IOException;

/**
 * The bytes of an archive are there and are no archive of this program. An IOException, because it
 * comes out of streams; any other one says nothing about the bytes.
 */
public final class DamagedArchiveException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedArchiveException(String problem) {
    super(problem);
  }

  DamagedArchiveException(String problem, Throwable cause) {
    super(problem, cause);
  }
}
