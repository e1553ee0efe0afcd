package io.holdfast.job.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.holdfast.job.random.CounterRandom.Purpose;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CounterRandomTest {
  private static final CounterRandom RANDOM = CounterRandom.of(42, Purpose.DROPOUT, 3);

  /** The known answers of Random123, the authors' library. */
  @Test
  void philoxGivesItsKnownAnswers() {
    assertThat(philox(0, 0, 0, 0, 0, 0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(philox(-1, -1, -1, -1, -1, -1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(philox(0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  private static int[] philox(int key0, int key1, int... counter) {
    Philox.apply(key0, key1, counter);
    return counter;
  }

  /** These stand for good: a run of an earlier release must draw the same numbers when resumed. */
  @Test
  void drawsNeverChange() {
    assertThat(RANDOM.bits(7, 5, 11)).isEqualTo(1824637011);
    assertThat(Shuffle.order(42, 0, 10)).containsExactly(2, 0, 4, 9, 8, 3, 6, 5, 7, 1);
  }

  @Test
  void bulkDrawsAreTheSameNumbers() {
    float[] bulk = new float[37];
    RANDOM.uniforms(9, 4, 6, bulk, 2, 33);

    for (int i = 0; i < 33; i++) {
      assertThat(bulk[2 + i]).isEqualTo(RANDOM.uniform(9, 4, 6 + i));
    }
    assertThat(bulk[0]).isZero();
    assertThat(bulk[35]).isZero();
  }

  @Test
  void everyCoordinateMatters() {
    Set<Integer> draws = new HashSet<>();
    for (int at = 0; at < 100; at++) {
      draws.add(RANDOM.bits(at, 0, 0));
      draws.add(RANDOM.bits(0, at + 1, 0));
      draws.add(RANDOM.bits(0, 0, at + 1));
      draws.add(RANDOM.bits((at + 1L) << 32, 0, 0));
      draws.add(CounterRandom.of(42, Purpose.DROPOUT, at + 4).bits(0, 0, 0));
      draws.add(CounterRandom.of(at + 100, Purpose.DROPOUT, 3).bits(0, 0, 0));
    }
    for (Purpose purpose : Purpose.values()) {
      draws.add(CounterRandom.of(7, purpose, 3).bits(0, 0, 0));
    }
    assertThat(draws).hasSize(600 + Purpose.values().length);
  }

  @Test
  void uniformIsEvenOnTheUnitInterval() {
    int draws = 100_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      float x = RANDOM.uniform(0, 0, i);
      assertThat(x).isGreaterThanOrEqualTo(0f).isLessThan(1f);
      sum += x;
      squares += x * x;
    }
    assertThat(sum / draws).isCloseTo(0.5, within(0.005));
    assertThat(squares / draws).isCloseTo(1.0 / 3, within(0.005));
  }

  @Test
  void belowCoversItsRangeEvenly() {
    int[] counts = new int[10];
    for (int i = 0; i < 100_000; i++) {
      counts[RANDOM.below(10, 1, 0, i)]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(9_500, 10_500);
    }
    assertThat(RANDOM.below(1, 0, 0, 0)).isZero();
    assertThat(RANDOM.below(Integer.MAX_VALUE, 0, 0, 0)).isNotNegative();
  }

  @Test
  void normalHasItsMoments() {
    int draws = 100_000;
    double sum = 0;
    double squares = 0;
    int beyondTwo = 0;
    for (int i = 0; i < draws; i++) {
      double x = RANDOM.normal(2, 0, i);
      sum += x;
      squares += x * x;
      beyondTwo += Math.abs(x) > 2 ? 1 : 0;
    }
    assertThat(sum / draws).isCloseTo(0, within(0.01));
    assertThat(squares / draws).isCloseTo(1, within(0.02));
    assertThat(beyondTwo / (double) draws).isCloseTo(0.0455, within(0.003));
  }

  @Test
  void truncatedNormalStaysWithinTwo() {
    int draws = 100_000;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double x = RANDOM.truncatedNormal(3, 0, i);
      assertThat(Math.abs(x)).isLessThanOrEqualTo(2);
      squares += x * x;
    }
    // The standard deviation 0.87962566 by which Keras divides.
    assertThat(Math.sqrt(squares / draws)).isCloseTo(0.87962566, within(0.005));
  }

  @Test
  void quantilesAreThoseOfTables() {
    assertThat(NormalDistribution.quantile(0.5)).isZero();
    assertThat(NormalDistribution.quantile(0.975)).isCloseTo(1.959963984540054, within(1e-8));
    assertThat(NormalDistribution.quantile(1e-10)).isCloseTo(-6.361340902404056, within(1e-7));
    assertThat(NormalDistribution.quantile(0.999)).isCloseTo(3.090232306167813, within(1e-8));
  }
}
