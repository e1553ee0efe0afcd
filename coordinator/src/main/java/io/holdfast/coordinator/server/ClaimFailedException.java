package io.holdfast.coordinator.server;

import java.io.IOException;

/** A coordinator was asked to stop while storage did not let it claim the lead. */
public final class ClaimFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  ClaimFailedException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
