package io.holdfast.storage.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Makes a request again while the server does not answer, or says that it is busy, with growing
 * pauses and for a bounded time.
 */
final class S3Calls {
  /** No try begins later than this after the first. */
  static final Duration LONGEST = Duration.ofSeconds(60);

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;
  private static final Logger LOG = LoggerFactory.getLogger(S3Calls.class);

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
    long end = System.nanoTime() + LONGEST.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    boolean again = false;
    while (true) {
      try {
        return call.make(again);
      } catch (SdkException | IOException e) {
        IOException failure = S3Errors.translate(name, e);
        if (!S3Errors.isOutage(e)) {
          throw again && failure instanceof S3Errors.RefusedException
              ? new IOException(failure.getMessage(), failure)
              : failure;
        }
        if (System.nanoTime() - end > 0) {
          throw failure;
        }
        if (!again) {
          LOG.warn("S3 is away, trying for {} s: {}", LONGEST.toSeconds(), failure.getMessage());
        }
        again = true;
      }
      sleep(name, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private static void sleep(String name, long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(name + ": interrupted while S3 is away");
    }
  }
}
