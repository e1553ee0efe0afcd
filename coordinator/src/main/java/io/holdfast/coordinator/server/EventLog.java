package io.holdfast.coordinator.server;

import io.holdfast.coordinator.protocol.LeaderEffect;
import io.holdfast.storage.events.EventFile;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes TensorBoard's scalars on a thread of its own, so that slow storage holds up nobody. After
 * an I/O error it goes on in a new file, for what the old one ends with is not known; TensorBoard
 * reads all files of a directory as one. What does not fit the queue meanwhile is left out and said
 * in the log: losing scalars loses no training.
 */
final class EventLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

  /** Steps whose scalars may wait. */
  static final int QUEUE_STEPS = 4096;

  /** Scalars that come in so short a time are written by one write. */
  static final Duration GATHER = Duration.ofMillis(100);

  /** The wait for a new file after a failure; doubled with each that follows at once. */
  static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /** The longest wait between two files. */
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private static final long CLOSE_DEADLINE_MILLIS = 2_000;

  /** Wakes the log's thread up to be closed. An interrupt could tear a write. */
  private static final LeaderEffect.WriteScalars END = new LeaderEffect.WriteScalars(0, Map.of());

  private final ObjectStore store;
  private final Function<Instant, String> names;
  private final BlockingQueue<LeaderEffect.WriteScalars> queue =
      new ArrayBlockingQueue<>(QUEUE_STEPS);
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private long leftOut;

  /** What is not durable yet, in order; of the log's thread, as is all below. */
  private final List<LeaderEffect.WriteScalars> batch = new ArrayList<>();

  private Duration pause = FIRST_PAUSE;
  private Instant opened = Instant.EPOCH;

  /** Whether the file that was begun last has a record that is. */
  private boolean durable;

  /**
   * @param names of event files by the second in which they are begun, in ascending order
   */
  EventLog(ObjectStore store, Function<Instant, String> names) {
    this.store = store;
    this.names = names;
    this.thread = new Thread(this::run, "event-log");
    thread.setDaemon(true);
    thread.start();
  }

  void add(LeaderEffect.WriteScalars scalars) {
    if (!queue.offer(scalars) && leftOut++ == 0) {
      LOG.warn(
          "Storage is slow: scalars of step {} and some later ones are left out of the event files",
          scalars.step());
    }
  }

  /** Writes what waits, for a bounded time. */
  @Override
  public void close() throws InterruptedException {
    closing.countDown();
    if (!queue.offer(END)) {
      LOG.debug("{} steps wait, so nobody needs to be woken", queue.size());
    }
    thread.join(CLOSE_DEADLINE_MILLIS);
  }

  private void run() {
    try {
      refill();
      while (!batch.isEmpty()) {
        attempt(isClosing(), nextName());
      }
    } catch (InterruptedException e) {
      LOG.warn("Scalars of {} steps are left out: interrupted", batch.size());
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void attempt(boolean last, String name) throws InterruptedException {
    try {
      write(name);
    } catch (IOException e) {
      if (!durable) {
        discard(name);
      }
      if (last) {
        LOG.warn("Scalars of {} steps are left out of {}: {}", batch.size(), name, e.toString());
        batch.clear();
        return;
      }
      LOG.warn(
          "No more scalars in {}, the next file follows in {} s: {}",
          name,
          pause.toSeconds(),
          e.toString());
      rest(pause);
      pause = longer(pause);
    }
  }

  /** So that a disk that stays full for long is not strewn with files without a record. */
  private void discard(String name) {
    try {
      if (store.delete(name)) {
        LOG.debug("{} was removed: nothing in it was durable", name);
      }
    } catch (IOException e) {
      LOG.debug("{} stays behind: {}", name, e.toString());
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  /** Never a name again, whatever the clock does. */
  private String nextName() {
    Instant now = Instant.now();
    Instant next = opened.plusSeconds(1);
    opened = now.isAfter(next) ? now : next;
    return names.apply(opened);
  }

  /** Writes one file, until all is written that there was when the log was closed. */
  private void write(String name) throws IOException, InterruptedException {
    durable = false;
    try (ObjectWriter writer = store.append(name)) {
      EventFile file = new EventFile(writer, Instant.now());
      file.restart(batch.get(0).step(), Instant.now());
      while (!batch.isEmpty()) {
        for (LeaderEffect.WriteScalars scalars : batch) {
          file.scalars(scalars.step(), scalars.values(), Instant.now());
        }
        file.sync();
        durable = true;
        pause = FIRST_PAUSE;
        batch.clear();
        refill();
      }
    }
  }

  /**
   * Takes what is to be written next; nothing when closing and all is written. Lets more come
   * before, for a write and its sync for each short step would take cores from it.
   */
  private void refill() throws InterruptedException {
    LeaderEffect.WriteScalars next = isClosing() ? queue.poll() : queue.take();
    if (next != null) {
      rest(GATHER);
      batch.add(next);
      queue.drainTo(batch);
      batch.removeIf(scalars -> scalars == END);
    }
  }

  /** Waits, unless closing. */
  private void rest(Duration time) throws InterruptedException {
    if (closing.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
      LOG.debug("Closing, {} steps wait", queue.size());
    }
  }
}
