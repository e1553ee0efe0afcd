package io.holdfast.storage.bundle;

import java.util.OptionalDouble;

/**
 * Statistics of a tensor, taken in as its elements come by, in float64. Infinities and NaN are
 * counted and otherwise left out. Of complex numbers the absolute values are taken. For use by one
 * thread.
 */
public final class TensorStatistics {
  private long count;
  private long zeros;
  private long nans;
  private long infinities;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private double mean;
  private double squares;

  /** Takes in more elements. */
  public void add(Elements elements) {
    for (int i = 0; i < elements.count(); i++) {
      add(elements.number(i));
    }
  }

  private void add(double value) {
    if (Double.isNaN(value)) {
      nans++;
      return;
    }
    if (Double.isInfinite(value)) {
      infinities++;
      return;
    }
    zeros += value == 0 ? 1 : 0;
    min = Math.min(min, value);
    max = Math.max(max, value);
    // Welford: no large sums that cancel.
    count++;
    double delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }

  /** Elements that are finite numbers. */
  public long finite() {
    return count;
  }

  public long zeros() {
    return zeros;
  }

  public long nans() {
    return nans;
  }

  public long infinities() {
    return infinities;
  }

  /** The smallest finite element; empty if there is none. */
  public OptionalDouble min() {
    return ofAny(min);
  }

  /** The largest finite element; empty if there is none. */
  public OptionalDouble max() {
    return ofAny(max);
  }

  /** The mean of the finite elements; empty if there is none. */
  public OptionalDouble mean() {
    return ofAny(mean);
  }

  /** Their standard deviation, as NumPy's {@code std()}: over n; empty if there is none. */
  public OptionalDouble std() {
    return ofAny(count == 0 ? 0 : Math.sqrt(squares / count));
  }

  private OptionalDouble ofAny(double value) {
    // Adding 0 makes no difference but for -0, which nobody cares to see here.
    return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(value + 0.0);
  }
}
