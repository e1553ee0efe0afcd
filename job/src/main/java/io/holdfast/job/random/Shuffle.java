package io.holdfast.job.random;

import io.holdfast.job.random.CounterRandom.Purpose;

/**
 * The order of rows in an epoch. It is Fisher and Yates's shuffle of 0, 1, ..., n - 1: for i from n
 * - 1 down to 1, entry i is exchanged with entry j, uniform in [0, i], drawn from the job's {@link
 * Purpose#SHUFFLE} stream at (step = epoch, row = 0, element = i).
 */
public final class Shuffle {
  private Shuffle() {}

  /** A permutation of [0, samples): entry r is the sample at row r of the epoch. */
  public static int[] order(long seed, long epoch, int samples) {
    int[] order = unshuffled(samples);
    CounterRandom random = CounterRandom.of(seed, Purpose.SHUFFLE, 0);
    for (int i = samples - 1; i > 0; i--) {
      int j = random.below(i + 1, epoch, 0, i);
      int held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }

  /** The order of the file: row r is sample r. */
  public static int[] unshuffled(int samples) {
    int[] order = new int[samples];
    for (int i = 0; i < samples; i++) {
      order[i] = i;
    }
    return order;
  }
}
