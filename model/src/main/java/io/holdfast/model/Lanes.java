package io.holdfast.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The threads that compute logical shards beside each other, each with kernels' memory of its own.
 * How many there are changes the time, never the bits: each piece of work has its own result, and
 * sums are taken afterwards.
 */
public final class Lanes {

  /** Work on one of n pieces. */
  public interface Piece {
    void run(int index, ShardLane lane) throws InterruptedException;
  }

  private final BlockingQueue<ShardLane> free = new LinkedBlockingQueue<>();
  private final ExecutorService threads;
  private final int count;

  public Lanes(Network network, int count) {
    this.count = count;
    for (int i = 0; i < count; i++) {
      free.add(network.lane());
    }
    this.threads =
        Executors.newFixedThreadPool(
            count,
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
    return count;
  }

  /** Runs pieces 0 to n - 1, in any order; returns when all are done, or throws what one threw. */
  public void run(int n, Piece piece) throws InterruptedException {
    List<Future<?>> running = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      int index = i;
      running.add(threads.submit(() -> onLane(index, piece)));
    }
    RuntimeException failure = null;
    for (Future<?> work : running) {
      try {
        work.get();
      } catch (ExecutionException e) {
        failure = asRuntime(e.getCause());
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private Void onLane(int index, Piece piece) throws InterruptedException {
    ShardLane lane = free.take();
    try {
      piece.run(index, lane);
    } finally {
      free.add(lane);
    }
    return null;
  }

  private static RuntimeException asRuntime(Throwable cause) {
    if (cause instanceof RuntimeException runtime) {
      return runtime;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(cause);
  }
}
