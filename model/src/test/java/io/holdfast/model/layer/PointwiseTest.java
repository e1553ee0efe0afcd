package io.holdfast.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Activation functions over the whole range of floats; their values against Keras's elsewhere. */
class PointwiseTest {

  @Test
  void exponentialIsStrictMathsToTwelveDigits() {
    for (double x = -80; x <= 80; x += 0.0137) {
      assertThat(Exponential.of(x) / StrictMath.exp(x)).isCloseTo(1, within(1e-12));
    }
    assertThat(Exponential.of(0)).isEqualTo(1);
    assertThat((float) Exponential.of(1e6)).isInfinite();
    assertThat((float) Exponential.of(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(Exponential.of(Double.NaN)).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1e-4, 1.1283791633342489e-4",
    "0.5, 0.5204998778130465",
    "1, 0.8427007929497149",
    "2, 0.9953222650189527",
    "3.5, 0.9999992569016276",
    "9, 1",
  })
  void errorFunctionIsTheTables(double x, double erf) {
    assertThat(ErrorFunction.of(x)).isCloseTo(erf, within(7e-8 * erf));
    assertThat(ErrorFunction.of(-x)).isEqualTo(-ErrorFunction.of(x));
  }

  @ParameterizedTest
  @EnumSource(Pointwise.class)
  void slopesAreThoseOfTheValues(Pointwise f) {
    for (float x = -4.05f; x < 7; x += 0.1f) {
      float delta = 1e-2f;
      double expected = ((double) f.value(x + delta) - f.value(x - delta)) / (2 * delta);
      float slope = f.slope(f.slopeOfInput() ? x : f.value(x));
      boolean atAKink = Math.abs(x) < 0.02 || Math.abs(Math.abs(x) - 3) < 0.02;
      if (!atAKink && Math.abs(x - 6) > 0.02) {
        assertThat((double) slope)
            .as("%s at %s", f, x)
            .isCloseTo(expected, within(2e-3 * Math.max(1, Math.abs(expected))));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Pointwise.class)
  void largeNumbersAreNoTrouble(Pointwise f) {
    for (float x : new float[] {-1e30f, -200, 80}) {
      float y = f.value(x);
      assertThat(y).as("%s of %s", f, x).isFinite();
      assertThat(f.slope(f.slopeOfInput() ? x : y)).as("slope of %s at %s", f, x).isFinite();
    }
    assertThat(f.value(Float.NaN)).isNaN();
  }
}
