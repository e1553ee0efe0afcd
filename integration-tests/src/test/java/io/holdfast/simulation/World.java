package io.holdfast.simulation;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.Collectors;

/** Time, chance and what happened last. Equal seeds give equal worlds. */
final class World {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;
  private static final int TRACE_LINES = 120;

  /** A process that may be dead, or paused: then what happens to it happens when it wakes. */
  static class Process {
    boolean alive = true;
    long pausedUntil;

    /** How far the process's own clock has jumped ahead of the others. */
    long clockAhead;
  }

  private record Happening(long time, long number, Process process, Runnable what) {}

  final Random random;
  long now = SECOND;
  long events;
  private long number;
  private final PriorityQueue<Happening> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Happening::time).thenComparingLong(Happening::number));
  private final Deque<Object[]> trace = new ArrayDeque<>();

  World(long seed) {
    random = new Random(seed);
  }

  /** Lets something happen to a process after a time, if it lives then. */
  void after(long nanos, Process process, Runnable what) {
    at(now + Math.max(1, nanos), process, what);
  }

  void at(long time, Process process, Runnable what) {
    queue.add(new Happening(Math.max(time, now), number++, process, what));
  }

  /** Lets the next thing happen; false if it only had to be put off. */
  boolean next() {
    Happening happening = queue.remove();
    now = happening.time();
    Process process = happening.process();
    if (!process.alive) {
      return false;
    }
    if (process.pausedUntil > now) {
      at(process.pausedUntil, process, happening.what());
      return false;
    }
    events++;
    happening.what().run();
    return true;
  }

  long between(long from, long to) {
    return from + (long) (random.nextDouble() * (to - from));
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  void trace(Object... parts) {
    if (trace.size() == TRACE_LINES) {
      trace.removeFirst();
    }
    Object[] line = Arrays.copyOf(parts, parts.length + 1);
    System.arraycopy(parts, 0, line, 1, parts.length);
    line[0] = now;
    trace.add(line);
  }

  /** What happened last, a line each. */
  String traceTail() {
    return trace.stream()
        .map(
            line ->
                "%10.3f ms  ".formatted((long) line[0] / 1e6)
                    + Arrays.stream(line)
                        .skip(1)
                        .map(String::valueOf)
                        .collect(Collectors.joining(" ")))
        .collect(Collectors.joining("\n"));
  }
}
