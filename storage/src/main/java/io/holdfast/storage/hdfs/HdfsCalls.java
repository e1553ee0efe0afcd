package io.holdfast.storage.hdfs;

import io.holdfast.storage.store.Patience;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;

/**
 * Makes calls to the NameNode, again while it is away; one try lasts at most the rpc-timeout. What
 * Hadoop throws comes out as {@link HdfsErrors} has it.
 */
final class HdfsCalls {
  private static final Patience PATIENCE = new Patience("HDFS");

  private HdfsCalls() {}

  /** A call to the NameNode, which may throw what Hadoop throws. */
  interface Call<T> {
    T make() throws IOException;
  }

  /** The result of a call that may be made twice without harm. */
  static <T> T repeat(String name, Call<T> call) throws IOException {
    return PATIENCE.repeat(name, again -> make(name, call));
  }

  /**
   * Makes a rename. If an answer was lost and the source is missing at the next try, the first may
   * have done it: then the failure is a plain one, and not that there is no such file.
   */
  static void rename(String name, Call<Void> call) throws IOException {
    PATIENCE.repeat(
        name,
        again -> {
          try {
            return make(name, call);
          } catch (NoSuchFileException e) {
            throw again ? new IOException(name + ": an answer was lost; it may be done", e) : e;
          }
        });
  }

  private static <T> T make(String name, Call<T> call) throws IOException, Patience.Away {
    try {
      return call.make();
    } catch (IOException e) {
      IOException failure = HdfsErrors.translate(name, e);
      if (HdfsErrors.isOutage(e)) {
        throw new Patience.Away(failure);
      }
      throw failure;
    }
  }

  /** Waits for HDFS; interrupted it fails and leaves the interrupt set. */
  static void sleep(String name, long millis) throws InterruptedIOException {
    PATIENCE.sleep(name, millis);
  }
}
