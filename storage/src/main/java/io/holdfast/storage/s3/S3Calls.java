package io.holdfast.storage.s3;

import io.holdfast.storage.store.Patience;
import java.io.IOException;
import software.amazon.awssdk.core.exception.SdkException;

/** Makes requests, again while the server does not answer, or says that it is busy. */
final class S3Calls {
  private static final Patience PATIENCE = new Patience("S3");

  private S3Calls() {}

  /** A request. */
  interface Call<T> {
    /**
     * Makes it.
     *
     * @param again whether an earlier try may have done the work, its answer being lost
     */
    T make(boolean again) throws IOException;
  }

  /**
   * The answer to a request.
   *
   * @throws IOException as {@link S3Errors#translate} has it; {@link S3Errors.RefusedException}
   *     only if no try can have done anything
   */
  static <T> T repeat(String name, Call<T> call) throws IOException {
    return PATIENCE.repeat(name, again -> make(name, call, again));
  }

  private static <T> T make(String name, Call<T> call, boolean again)
      throws IOException, Patience.Away {
    try {
      return call.make(again);
    } catch (SdkException | IOException e) {
      IOException failure = S3Errors.translate(name, e);
      if (S3Errors.isOutage(e)) {
        throw new Patience.Away(failure);
      }
      throw again && failure instanceof S3Errors.RefusedException
          ? new IOException(failure.getMessage(), failure)
          : failure;
    }
  }
}
