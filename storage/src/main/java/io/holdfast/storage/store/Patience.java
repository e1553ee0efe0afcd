package io.holdfast.storage.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a call again while the service that it goes to is away (restarting, not answering, not
 * ready), with growing pauses and for a bounded time.
 */
public final class Patience {
  /** No try begins later than this after the first. */
  static final Duration LONGEST = Duration.ofSeconds(60);

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

  private final String service;

  /**
   * @param service its name, for messages
   */
  public Patience(String service) {
    this.service = service;
  }

  /** The service did not answer, or is not ready to: what was asked for may have happened. */
  public static final class Away extends Exception {
    private static final long serialVersionUID = 1L;

    private final IOException failure;

    /**
     * @param failure what is told, should the service stay away
     */
    public Away(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  /** A call to the service. */
  @FunctionalInterface
  public interface Call<T> {
    /**
     * Makes it.
     *
     * @param again whether an earlier try may have done the work, its answer being lost
     */
    T make(boolean again) throws IOException, Away;
  }

  /**
   * The result of a call.
   *
   * @param name of what is asked for, for messages
   * @throws IOException what the call throws, or why the service is still away
   */
  public <T> T repeat(String name, Call<T> call) throws IOException {
    long end = System.nanoTime() + LONGEST.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    boolean again = false;
    while (true) {
      try {
        return call.make(again);
      } catch (Away e) {
        if (System.nanoTime() - end > 0) {
          throw e.failure;
        }
        tell(again, e.failure);
        again = true;
      }
      sleep(name, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private void tell(boolean again, IOException failure) {
    if (!again) {
      LOG.warn(
          "{} is away, trying for {} s: {}", service, LONGEST.toSeconds(), failure.getMessage());
    }
  }

  /** Waits for the service; interrupted it fails and leaves the interrupt set. */
  public void sleep(String name, long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(name + ": interrupted while " + service + " is away");
    }
  }
}
