package io.holdfast.worker.exchange;

import io.holdfast.job.plan.SumTree.Span;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Takes every slice of a known size, once, into memory of its own; tests wait for what comes. */
final class TestTargets implements StepTargets {
  private static final long DEADLINE_SECONDS = 20;
  private final int sliceBytes;
  private final Map<String, ByteBuffer> memory = new HashMap<>();
  private final Set<String> received = new HashSet<>();
  private boolean over;

  TestTargets(int sliceBytes) {
    this.sliceBytes = sliceBytes;
  }

  @Override
  public synchronized Optional<ByteBuffer> gradient(int group, Span span, int fromMember) {
    return room("gradient " + group + " " + span.from() + "-" + span.to());
  }

  @Override
  public synchronized Optional<ByteBuffer> value(int group, int fromMember) {
    return room("value " + group);
  }

  private Optional<ByteBuffer> room(String name) {
    if (memory.containsKey(name)) {
      return Optional.empty();
    }
    ByteBuffer room = ByteBuffer.allocateDirect(sliceBytes);
    memory.put(name, room);
    return Optional.of(room);
  }

  @Override
  public synchronized void gradientReceived(int group, Span span) {
    received.add("gradient " + group + " " + span.from() + "-" + span.to());
    notifyAll();
  }

  @Override
  public synchronized void valueReceived(int group) {
    received.add("value " + group);
    notifyAll();
  }

  @Override
  public synchronized void over() {
    over = true;
    notifyAll();
  }

  /** The bytes of a slice, once it has come. */
  synchronized byte[] await(String name) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!received.contains(name)) {
      waitUntil(deadline, name);
    }
    byte[] bytes = new byte[sliceBytes];
    memory.get(name).duplicate().clear().get(bytes);
    return bytes;
  }

  synchronized void awaitOver() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!over) {
      waitUntil(deadline, "the end of the round");
    }
  }

  private void waitUntil(long deadline, String what) throws InterruptedException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (millis <= 0) {
      throw new AssertionError("no " + what + " within " + DEADLINE_SECONDS + " s");
    }
    wait(millis);
  }

  synchronized boolean hasReceived(String name) {
    return received.contains(name);
  }
}
