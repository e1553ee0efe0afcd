package io.holdfast.protocol;

import java.util.Comparator;

/**
 * The fencing number: a term is claimed by each coordinator that starts to lead, a round begins
 * with each change of members.
 *
 * @param term at least 1 once claimed
 * @param round at least 0, from 1 for members at work
 */
public record Generation(long term, long round) implements Comparable<Generation> {
  private static final Comparator<Generation> ORDER =
      Comparator.comparingLong(Generation::term).thenComparingLong(Generation::round);

  /** Before anything was claimed. */
  public static final Generation NONE = new Generation(0, 0);

  public Generation {
    if (term < 0 || round < 0) {
      throw new IllegalArgumentException("negative generation " + term + "." + round);
    }
  }

  public Generation nextRound() {
    return new Generation(term, round + 1);
  }

  @Override
  public int compareTo(Generation other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "t" + term + "r" + round;
  }
}
