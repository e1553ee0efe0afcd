package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.storage.events.EventFile;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes TensorBoard's scalars on a thread of its own, so that slow storage holds up nobody. What
 * does not fit its queue, and what cannot be written, is left out and said in the log: losing
 * scalars loses no training.
 */
final class EventLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

  /** Steps whose scalars may wait. */
  static final int QUEUE_STEPS = 4096;

  /** Scalars that come in so short a time are written by one write. */
  static final Duration GATHER = Duration.ofMillis(100);

  private static final long CLOSE_DEADLINE_MILLIS = 2_000;

  private final ObjectStore store;
  private final String fileName;
  private final BlockingQueue<LeaderEffect.WriteScalars> queue =
      new ArrayBlockingQueue<>(QUEUE_STEPS);
  private final Thread thread;
  private volatile boolean closing;
  private long leftOut;

  EventLog(ObjectStore store, String fileName) {
    this.store = store;
    this.fileName = fileName;
    this.thread = new Thread(this::run, "event-log");
    thread.setDaemon(true);
    thread.start();
  }

  void add(LeaderEffect.WriteScalars scalars) {
    if (!queue.offer(scalars) && leftOut++ == 0) {
      LOG.warn(
          "Storage is slow: scalars of step {} and some later ones are left out of {}",
          scalars.step(),
          fileName);
    }
  }

  /** Writes what waits, for a bounded time. */
  @Override
  public void close() throws InterruptedException {
    closing = true;
    thread.interrupt();
    thread.join(CLOSE_DEADLINE_MILLIS);
  }

  private void run() {
    try {
      LeaderEffect.WriteScalars first = take();
      if (first != null) {
        write(first);
      }
    } catch (IOException e) {
      LOG.warn("No more scalars in {}: {}", fileName, e.toString());
    }
  }

  private void write(LeaderEffect.WriteScalars first) throws IOException {
    try (EventFile file = new EventFile(store.append(fileName), Instant.now())) {
      file.restart(first.step(), Instant.now());
      List<LeaderEffect.WriteScalars> batch = new ArrayList<>(List.of(first));
      while (!batch.isEmpty()) {
        for (LeaderEffect.WriteScalars scalars : batch) {
          file.scalars(scalars.step(), scalars.values(), Instant.now());
        }
        file.sync();
        batch.clear();
        LeaderEffect.WriteScalars next = take();
        if (next != null) {
          batch.add(next);
          gather();
          queue.drainTo(batch);
        }
      }
    }
  }

  /**
   * Lets more come, unless closing: a write and its sync for each short step would take cores from
   * it.
   */
  private void gather() {
    if (closing) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(GATHER.toNanos());
    } catch (InterruptedException closed) {
      LOG.debug("Closing {}", fileName);
    }
  }

  /** The next scalars; null when closing and all are written. */
  private LeaderEffect.WriteScalars take() {
    try {
      return closing ? queue.poll() : queue.take();
    } catch (InterruptedException closed) {
      return queue.poll();
    }
  }
}
