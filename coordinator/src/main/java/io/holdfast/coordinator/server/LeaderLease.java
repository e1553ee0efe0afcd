package io.holdfast.coordinator.server;

import io.holdfast.storage.store.LeaderRecord;
import io.holdfast.storage.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells whether the leader on record lives, so that nobody claims over a living one. It is a
 * courtesy: correctness rests on the fence of the claim alone.
 *
 * <p>A leader lives while its renewal counter goes on rising, as seen within one lease by this
 * process's own clock. On the leader's own host a process that is gone is known to be dead at once.
 */
public final class LeaderLease {

  /** A leader that has not renewed for so long is taken for dead. */
  public static final Duration LEASE = Duration.ofSeconds(3);

  /**
   * How often a leader renews: several times a lease, so that one slow disk write loses nothing.
   */
  static final Duration RENEWAL = Duration.ofMillis(500);

  private static final long POLL_MILLIS = 100;

  private final ObjectStore store;
  private final String host;
  private final Duration lease;

  /**
   * @param host this process's host, as leaders on it write into their records
   */
  public LeaderLease(ObjectStore store, String host, Duration lease) {
    this.store = store;
    this.host = host;
    this.lease = lease;
  }

  /**
   * Waits until it is known whether a leader lives: at most one lease.
   *
   * @return the living leader; empty if none lives
   * @throws IOException if the store cannot be read
   */
  public Optional<LeaderRecord> livingLeader() throws IOException, InterruptedException {
    return livingLeader(new CountDownLatch(1));
  }

  /**
   * Waits until no leader lives.
   *
   * @return whether that came about before {@code stop} was counted down
   */
  boolean awaitVacancy(CountDownLatch stop) throws IOException, InterruptedException {
    while (stop.getCount() > 0) {
      if (livingLeader(stop).isEmpty()) {
        return stop.getCount() > 0;
      }
      if (stop.await(RENEWAL.toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  private Optional<LeaderRecord> livingLeader(CountDownLatch stop)
      throws IOException, InterruptedException {
    Optional<LeaderRecord> first = LeaderRecord.read(store);
    long deadline = System.nanoTime() + lease.toNanos();
    while (first.isPresent() && !knownDead(first.get())) {
      Optional<LeaderRecord> now = LeaderRecord.read(store);
      if (now.isPresent() && !now.equals(first)) {
        return now;
      }
      if (System.nanoTime() - deadline >= 0 || stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private boolean knownDead(LeaderRecord leader) {
    if (!leader.host().equals(host)) {
      return false;
    }
    Optional<Instant> started =
        ProcessHandle.of(leader.pid())
            .filter(ProcessHandle::isAlive)
            .flatMap(p -> p.info().startInstant());
    return started.isEmpty() || !started.get().equals(leader.processStart());
  }
}
