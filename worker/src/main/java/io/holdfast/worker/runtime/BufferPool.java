package io.holdfast.worker.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Direct buffers that rounds leave behind for the next ones: what a worker owns changes from round
 * to round, and memory outside the heap comes back from the garbage collector far too late.
 */
final class BufferPool {
  private final Map<Integer, Deque<ByteBuffer>> free = new HashMap<>();

  /** A direct little-endian buffer of exactly so many bytes, with any content. */
  synchronized ByteBuffer take(int bytes) {
    Deque<ByteBuffer> sameSize = free.get(bytes);
    return sameSize == null || sameSize.isEmpty()
        ? ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN)
        : sameSize.pop();
  }

  /** Nobody uses the buffer any more. */
  synchronized void give(ByteBuffer buffer) {
    free.computeIfAbsent(buffer.capacity(), bytes -> new ArrayDeque<>()).push(buffer);
  }
}
