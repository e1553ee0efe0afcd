package io.holdfast.simulation;

import io.holdfast.protocol.Generation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * What was said and may be heard again once its generation is over, as if a network had held it
 * back: then nobody may care. Bounded; the oldest is forgotten.
 *
 * @param <T> what is said
 */
final class Echoes<T> {
  private static final int MOST = 64;

  private final Function<T, Generation> generationOf;
  private final Deque<T> said = new ArrayDeque<>();

  Echoes(Function<T, Generation> generationOf) {
    this.generationOf = generationOf;
  }

  void add(T what) {
    if (said.size() == MOST) {
      said.removeFirst();
    }
    said.add(what);
  }

  /** What was said in generations before this one, oldest first. */
  List<T> before(Generation now) {
    return said.stream().filter(what -> generationOf.apply(what).compareTo(now) < 0).toList();
  }
}
