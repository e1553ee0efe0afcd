package io.holdfast.job.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

final class ShuffleTest {

  @Property(tries = 200)
  void isAPermutationThatDependsOnSeedAndEpochOnly(
      @ForAll long seed,
      @ForAll @LongRange(min = 0, max = 1_000_000) long epoch,
      @ForAll @IntRange(min = 1, max = 2000) int samples) {
    int[] order = Shuffle.order(seed, epoch, samples);

    assertThat(Shuffle.order(seed, epoch, samples)).isEqualTo(order);
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    assertThat(sorted).isEqualTo(Shuffle.unshuffled(samples));
    if (samples > 20) {
      assertThat(Shuffle.order(seed, epoch + 1, samples)).isNotEqualTo(order);
      assertThat(Shuffle.order(seed + 1, epoch, samples)).isNotEqualTo(order);
    }
  }
}
