package io.holdfast.worker.runtime;

import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SumTree.Span;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Memory for what other members send to the owner of a group: one buffer of the slice's size for
 * each subtree that another member sums. So an owner of w bytes keeps w bytes for each such subtree
 * and no more, however fast the others are.
 */
final class GradientParts {
  private final BufferPool buffers;
  private final Map<Key, ByteBuffer> memory = new HashMap<>();

  private record Key(int group, Span span) {}

  GradientParts(RoundLayout layout, BufferPool buffers) {
    this.buffers = buffers;
    for (SliceGroup group : layout.owned()) {
      for (int member = 0; member < layout.members().size(); member++) {
        if (member != layout.members().me() && layout.isTrainable(group.index())) {
          layout.spans(member).forEach(span -> add(group, span));
        }
      }
    }
  }

  private void add(SliceGroup group, Span span) {
    ByteBuffer buffer = buffers.take(Math.toIntExact(group.value().bytes()));
    memory.put(new Key(group.index(), span), buffer);
  }

  /** The memory of a subtree's sum; none for one that this member sums itself. */
  Optional<ByteBuffer> of(int group, Span span) {
    return Optional.ofNullable(memory.get(new Key(group, span)));
  }

  /** Gives all memory back; nobody writes it any more. */
  void release() {
    memory.values().forEach(buffers::give);
    memory.clear();
  }
}
