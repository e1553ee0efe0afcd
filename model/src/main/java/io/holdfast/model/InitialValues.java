package io.holdfast.model;

import io.holdfast.job.Initializer;
import io.holdfast.job.Job;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.job.random.CounterRandom;
import io.holdfast.job.random.CounterRandom.Purpose;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The state that a run starts from: each element is a function of (seed, variable, element), so any
 * slice can be made anywhere. Distributions are Keras 3's; the numbers drawn are not.
 */
public final class InitialValues {
  /** Standard deviation of a unit normal cut off at two of its own; Keras's constant. */
  private static final double TRUNCATED_DEVIATION = 0.8796256610342398;

  /** Keras's default for the plain random initializers: half-width, or standard deviation. */
  private static final double RANDOM_SCALE = 0.05;

  private final long seed;
  private final ModelPlan plan;

  private InitialValues(long seed, ModelPlan plan) {
    this.seed = seed;
    this.plan = plan;
  }

  /** The initial values of a job. */
  public static InitialValues of(Job job, ModelPlan plan) {
    return new InitialValues(job.seed(), plan);
  }

  /**
   * Writes the variable's elements from {@code firstElement} on, little-endian, into the remaining
   * bytes of {@code into}; leaves its position.
   */
  public void fill(Variable variable, long firstElement, ByteBuffer into) {
    ByteBuffer bytes = into.slice().order(ByteOrder.LITTLE_ENDIAN);
    Variable.Role role = variable.role();
    if (role instanceof Variable.Weight weight) {
      fillWeight(variable, weight.initializer(), firstElement, bytes.asFloatBuffer());
    } else if (role instanceof Variable.LearningRate rate) {
      bytes.putFloat((float) rate.initial());
    } else if (role instanceof Variable.Slot slot) {
      fill(bytes.asFloatBuffer(), (float) slot.initial());
    } else {
      bytes.putLong(0);
    }
  }

  private static void fill(FloatBuffer into, float value) {
    for (int i = 0; i < into.limit(); i++) {
      into.put(i, value);
    }
  }

  private void fillWeight(
      Variable variable, Initializer initializer, long firstElement, FloatBuffer into) {
    CounterRandom random =
        CounterRandom.of(seed, Purpose.INITIAL_VALUE, plan.variables().indexOf(variable));
    Distribution distribution = distribution(initializer, variable.shape(), random);
    for (int i = 0; i < into.limit(); i++) {
      into.put(i, (float) distribution.at(firstElement + i));
    }
  }

  /** An element's value. */
  private interface Distribution {
    double at(long element);
  }

  private static Distribution distribution(
      Initializer initializer, TensorShape shape, CounterRandom random) {
    double in = fanIn(shape);
    double out = fanOut(shape);
    return switch (initializer) {
      case ZEROS -> element -> 0;
      case ONES -> element -> 1;
      case GLOROT_UNIFORM -> uniform(random, Math.sqrt(6 / (in + out)));
      case HE_UNIFORM -> uniform(random, Math.sqrt(6 / in));
      case LECUN_UNIFORM -> uniform(random, Math.sqrt(3 / in));
      case RANDOM_UNIFORM -> uniform(random, RANDOM_SCALE);
      case GLOROT_NORMAL -> truncated(random, Math.sqrt(2 / (in + out)));
      case HE_NORMAL -> truncated(random, Math.sqrt(2 / in));
      case LECUN_NORMAL -> truncated(random, Math.sqrt(1 / in));
      case RANDOM_NORMAL -> element -> RANDOM_SCALE * random.normal(0, 0, element);
    };
  }

  private static Distribution uniform(CounterRandom random, double limit) {
    return element -> limit * (2.0 * random.uniform(0, 0, element) - 1);
  }

  /** Normal, cut off at two standard deviations, with {@code deviation} after the cut. */
  private static Distribution truncated(CounterRandom random, double deviation) {
    double scale = deviation / TRUNCATED_DEVIATION;
    return element -> scale * random.truncatedNormal(0, 0, element);
  }

  private static double fanIn(TensorShape shape) {
    return shape.rank() < 2 ? Math.max(1, shape.elements()) : fan(shape, shape.rank() - 1);
  }

  private static double fanOut(TensorShape shape) {
    return shape.rank() < 2 ? Math.max(1, shape.elements()) : fan(shape, shape.rank() - 2);
  }

  /** The product of all dimensions but one: of the receptive field and the other channels. */
  private static double fan(TensorShape shape, int without) {
    return Math.max(1, (double) shape.elements() / shape.dim(without));
  }
}
