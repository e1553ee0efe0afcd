package io.holdfast.coordinator.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SaveCadenceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final double BUDGET = 0.01;

  /** Saves are wanted more often than they can be made, seconds apart. */
  private static final double DENSE = 0;

  /** Steps of one second, and a save that makes one of them so much longer, and a quiet one. */
  private static SaveCadence after(int steps, double costSeconds, double saveSeconds) {
    SaveCadence cadence = SaveCadence.UNMEASURED;
    for (int i = 0; i < steps; i++) {
      cadence = cadence.stepped(SECOND);
    }
    return cadence
        .started(0)
        .through(Math.round(saveSeconds * SECOND))
        .stepped(SECOND + Math.round(costSeconds * SECOND))
        .stepped(SECOND);
  }

  @Test
  void untilASaveIsMeasuredTheIntervalIsShort() {
    assertThat(SaveCadence.UNMEASURED.choose(BUDGET).interval())
        .isEqualTo(SaveCadence.FIRST_INTERVAL);
  }

  @Test
  void withoutFailuresItIsYoungsFormulaWithThePrior() {
    SaveCadence cadence = after(100, 0.5, 2);
    double between = SaveCadence.PRIOR_BETWEEN_FAILURES.toSeconds() + 102.5;
    assertThat(cadence.choose(BUDGET).interval().toMillis() / 1e3)
        .isCloseTo(Math.sqrt(2 * 0.5 * between), within(0.01));
  }

  @Test
  void moreFailuresMeanMoreSaves() {
    SaveCadence cadence = after(10, 0.001, 0.1);
    Duration calm = cadence.choose(BUDGET).interval();
    for (int i = 0; i < 99; i++) {
      cadence = cadence.failed();
    }
    assertThat(cadence.choose(BUDGET).interval())
        .isLessThan(calm.dividedBy(5))
        .isGreaterThanOrEqualTo(SaveCadence.MIN_INTERVAL);
    assertThat(cadence.choose(BUDGET).reason()).contains("99 failures");
  }

  @Test
  void waitingForASaveIsItsCostToo() {
    SaveCadence cadence =
        SaveCadence.UNMEASURED
            .stepped(SECOND)
            .started(0)
            .stalled(3 * SECOND)
            .through(3 * SECOND)
            .stepped(SECOND)
            .stepped(SECOND);
    assertThat(cadence.costs().costSeconds()).isEqualTo(3);
  }

  @Test
  void whatAnAbandonedSaveCostIsNotTheNextOnes() {
    SaveCadence cadence =
        SaveCadence.UNMEASURED
            .stepped(SECOND)
            .started(0)
            .stalled(3 * SECOND)
            .abandoned()
            .started(0)
            .stalled(SECOND)
            .through(SECOND)
            .stepped(SECOND)
            .stepped(SECOND);
    assertThat(cadence.costs().costSeconds()).isEqualTo(1);
  }

  @Test
  void periodicSavesKeepApartByWhatTheyCostButNeverFarther() {
    assertThat(SaveCadence.UNMEASURED.isAffordable(0, DENSE)).isTrue();
    SaveCadence cheap = after(10, 0, 2);
    assertThat(cheap.isAffordable(2 * SECOND, DENSE)).as("training feels nothing").isTrue();
    SaveCadence felt = after(10, 0.04, 2);
    assertThat(felt.isAffordable(19 * SECOND / 10, DENSE)).as("0.04 s in 1.9 s").isFalse();
    assertThat(felt.isAffordable(21 * SECOND / 10, DENSE)).as("0.04 s in 2.1 s").isTrue();
    SaveCadence slow = after(10, 100, 2);
    assertThat(slow.isAffordable(2 * SECOND, 2)).as("the job wants it each 2 s").isTrue();
    assertThat(slow.isAffordable(9 * SECOND, DENSE)).isFalse();
    assertThat(slow.isAffordable(10 * SECOND, DENSE)).as("a fifth of the time").isTrue();
    SaveCadence quick = after(10, 100, 0.1);
    assertThat(quick.isAffordable(19 * SECOND / 10, DENSE)).isFalse();
    assertThat(quick.isAffordable(2 * SECOND, DENSE)).as("a twentieth of the time").isTrue();
    SaveCadence between = after(10, 100, 0.5);
    assertThat(between.isAffordable(49 * SECOND / 10, DENSE)).isFalse();
    assertThat(between.isAffordable(5 * SECOND, DENSE)).as("each 5 s").isTrue();
  }

  @Test
  void theFirstSaveIsMeasuredBeforeAnotherIsMade() {
    SaveCadence first =
        SaveCadence.UNMEASURED
            .stepped(SECOND / 100)
            .started(0)
            .stepped(3 * SECOND)
            .through(2 * SECOND);
    assertThat(first.isAffordable(1000 * SECOND, DENSE)).isFalse();
    assertThat(quiet(first).isAffordable(1000 * SECOND, DENSE)).isTrue();
  }

  @Test
  void stepsThatMerelyVaryAreNoCost() {
    SaveCadence cadence = quiet(SaveCadence.UNMEASURED);
    for (int i = 0; i < 100; i++) {
      long varied = SECOND + (i % 2 == 0 ? SECOND / 5 : -SECOND / 5);
      cadence = cadence.started(0).through(SECOND / 10).stepped(varied).stepped(SECOND);
    }
    assertThat(quiet(cadence).isAffordable(SECOND, DENSE)).isTrue();
  }

  @Test
  void whatASaveLeavesToBeDoneIsItsCostToo() {
    SaveCadence cadence =
        quiet(SaveCadence.UNMEASURED)
            .started(0)
            .through(SECOND / 10)
            .stepped(SECOND / 20)
            .stepped(SECOND * 2)
            .stepped(SECOND);
    assertThat(cadence.costs().costSeconds()).as("-0.95 and 1").isCloseTo(0.05, within(1e-9));
  }

  @Test
  void aSaveThatIsThroughWhenItsRoundIsLostTellsNothing() {
    SaveCadence lost = quiet(SaveCadence.UNMEASURED).started(0).failed();
    assertThat(lost.through(1000 * SECOND)).isEqualTo(lost);
  }

  @Test
  void savesWithoutQuietStepsBetweenThemAreMeasuredTogether() {
    SaveCadence cadence = quiet(SaveCadence.UNMEASURED);
    for (int i = 0; i < 4; i++) {
      cadence = cadence.started(0).through(SECOND).stepped(SECOND * 5 / 4);
    }
    assertThat(cadence.costs().saves()).isZero();
    assertThat(cadence.stepped(SECOND).costs().saves()).isEqualTo(4);
    assertThat(cadence.stepped(SECOND).costs().costSeconds()).isCloseTo(0.25, within(1e-9));
  }

  @Test
  void stepsThatGetFasterAllTheTimeHideNothing() {
    SaveCadence cadence = SaveCadence.UNMEASURED;
    for (int i = 0; i < 300; i++) {
      double seconds = 2 - i * 0.004;
      boolean save = i % 3 == 1;
      if (save) {
        cadence = cadence.started(0).through(SECOND / 10);
      }
      cadence = cadence.stepped(Math.round((seconds + (save ? 0.1 : 0)) * SECOND));
    }
    assertThat(cadence.costs().costSeconds()).isCloseTo(0.1, within(0.01));
  }

  @Test
  void whereNoQuietStepsAreSeenSavesAreDoneWithoutUntilSomeAre() {
    SaveCadence cadence = quiet(after(10, 0, 2));
    for (int i = 0; i < 16; i++) {
      assertThat(cadence.isAffordable(2 * SECOND, DENSE)).isTrue();
      cadence = cadence.started(0).stepped(SECOND).through(2 * SECOND);
    }
    cadence = cadence.stepped(SECOND / 10);
    assertThat(cadence.isAffordable(1000 * SECOND, DENSE)).isFalse();
    assertThat(cadence.isAffordable(2 * SECOND, 2)).as("the job wants it each 2 s").isTrue();
    assertThat(quiet(cadence).isAffordable(2 * SECOND, DENSE)).as("seen").isTrue();
  }

  @Test
  void howOftenSavesAreWantedGoesByStepsThatSaveToo() {
    SaveCadence cadence = SaveCadence.UNMEASURED.stepped(100 * SECOND);
    for (int i = 0; i < 50; i++) {
      cadence = cadence.started(0).stepped(SECOND).through(SECOND);
    }
    assertThat(cadence.paceSeconds()).isCloseTo(1, within(0.01));
  }

  /** Two steps of one second: in the second nothing is felt of a save. */
  private static SaveCadence quiet(SaveCadence cadence) {
    return cadence.stepped(SECOND).stepped(SECOND);
  }

  @Property
  void theIntervalKeepsItsLimits(
      @ForAll @DoubleRange(min = 0, max = 1000) double cost,
      @ForAll @DoubleRange(min = 0, max = 10_000) double save,
      @ForAll @IntRange(min = 0, max = 1000) int failures,
      @ForAll @IntRange(min = 1, max = 500) int budgetMillis) {
    SaveCadence cadence = after(3, cost, save);
    for (int i = 0; i < failures; i++) {
      cadence = cadence.failed();
    }
    double budget = budgetMillis / 1000.0;
    double seconds = cadence.choose(budget).interval().toMillis() / 1e3;
    assertThat(seconds)
        .isBetween(
            (double) SaveCadence.MIN_INTERVAL.toSeconds(),
            (double) SaveCadence.MAX_INTERVAL.toSeconds());
    boolean free = seconds < SaveCadence.MAX_INTERVAL.toSeconds();
    assertThat(!free || cost / seconds <= budget * 1.001).as("the stall budget").isTrue();
    assertThat(!free || seconds >= save - 0.001).as("no shorter than a save").isTrue();
  }
}
