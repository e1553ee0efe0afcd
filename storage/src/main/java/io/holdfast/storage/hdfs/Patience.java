package io.holdfast.storage.hdfs;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a call again while the NameNode is away (restarting, in safe mode, not answering), with
 * growing pauses and for a bounded time.
 */
final class Patience {
  /** No try begins later than this after the first; one try lasts at most the rpc-timeout. */
  static final Duration LONGEST = Duration.ofSeconds(60);

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

  private Patience() {}

  /** A call to the NameNode, which may throw what Hadoop throws. */
  interface Call<T> {
    T make() throws IOException;
  }

  /** The result of a call that may be made twice without harm. */
  static <T> T repeat(String name, Call<T> call) throws IOException {
    return patiently(name, call, false);
  }

  /**
   * Makes a rename. If an answer was lost and the source is missing at the next try, the first may
   * have done it: then the failure is a plain one, and not that there is no such file.
   */
  static void rename(String name, Call<Void> call) throws IOException {
    patiently(name, call, true);
  }

  private static <T> T patiently(String name, Call<T> call, boolean moves) throws IOException {
    long end = System.nanoTime() + LONGEST.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    boolean lost = false;
    while (true) {
      try {
        return call.make();
      } catch (IOException e) {
        IOException failure = HdfsErrors.translate(name, e);
        if (!HdfsErrors.isOutage(e)) {
          throw lost && moves && failure instanceof NoSuchFileException
              ? new IOException(name + ": an answer was lost; it may be done", failure)
              : failure;
        }
        if (System.nanoTime() - end > 0) {
          throw failure;
        }
        tell(lost, failure);
        lost = true;
      }
      sleep(name, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private static void tell(boolean again, IOException failure) {
    if (!again) {
      LOG.warn("HDFS is away, trying for {} s: {}", LONGEST.toSeconds(), failure.getMessage());
    }
  }

  /** Waits; interrupted it fails and leaves the interrupt set. */
  static void sleep(String name, long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(name + ": interrupted while HDFS is away");
    }
  }
}
