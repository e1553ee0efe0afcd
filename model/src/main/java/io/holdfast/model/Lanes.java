package io.holdfast.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * What computes logical shards beside each other: the thread that asks, and helpers if there are
 * more lanes than one, each with kernels' memory of its own. How many there are changes the time,
 * never the bits: each piece of work has its own result, and sums are taken afterwards. One thread
 * asks at a time.
 */
public final class Lanes {

  /** Work on one of n pieces. */
  public interface Piece {
    void run(int index, ShardLane lane) throws InterruptedException;
  }

  private final List<ShardLane> lanes;
  private final ExecutorService helpers;

  public Lanes(Network network, int count) {
    this.lanes = Stream.generate(network::lane).limit(count).toList();
    this.helpers =
        Executors.newFixedThreadPool(
            Math.max(1, count - 1),
            task -> {
              Thread thread = new Thread(task, "lane");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** As many lanes as there are cores for kernels of so many threads, and shards to compute. */
  public static int count(int shards, int threadsPerKernel) {
    return count(shards, threadsPerKernel, Runtime.getRuntime().availableProcessors());
  }

  /** As {@link #count(int, int)} with so many cores for this process. */
  public static int count(int shards, int threadsPerKernel, int cores) {
    return Math.max(1, Math.min(shards, cores / threadsPerKernel));
  }

  /** How many pieces are computed at the same time. */
  public int count() {
    return lanes.size();
  }

  /**
   * Runs pieces 0 to n - 1, in any order; returns when all are done. If one throws, no further ones
   * are begun, and what it threw is thrown when none is running any more.
   */
  public void run(int n, Piece piece) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> others = new ArrayList<>(lanes.size());
    for (int i = 1; i < Math.min(n, lanes.size()); i++) {
      ShardLane lane = lanes.get(i);
      others.add(helpers.submit(() -> runPieces(next, n, lane, piece)));
    }
    Throwable failure = null;
    try {
      runPieces(next, n, lanes.get(0), piece);
    } catch (RuntimeException | InterruptedException | Error e) {
      failure = e;
    }
    for (Future<?> other : others) {
      failure = failureOf(other, failure);
    }
    if (failure != null) {
      rethrow(failure);
    }
  }

  private static Void runPieces(AtomicInteger next, int n, ShardLane lane, Piece piece)
      throws InterruptedException {
    boolean done = false;
    try {
      for (int index = next.getAndIncrement(); index < n; index = next.getAndIncrement()) {
        piece.run(index, lane);
      }
      done = true;
    } finally {
      if (!done) {
        next.set(n);
      }
    }
    return null;
  }

  private static Throwable failureOf(Future<?> other, Throwable before) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          other.get();
          return before;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return before == null ? e.getCause() : before;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void rethrow(Throwable failure) throws InterruptedException {
    if (failure instanceof RuntimeException runtime) {
      throw runtime;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof InterruptedException interrupted) {
      throw interrupted;
    }
    throw new IllegalStateException(failure);
  }
}
