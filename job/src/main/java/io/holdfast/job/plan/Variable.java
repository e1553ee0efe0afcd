package io.holdfast.job.plan;

import io.holdfast.job.Initializer;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import java.util.Objects;

/**
 * One variable of the job's state: a weight, an optimizer's scalar or a slot. Dropout has none:
 * Keras does not save its seed state either, and the masks are a function of the step.
 *
 * @param name Keras's path, unique in the job: {@code conv2d/kernel}, {@code adam/iteration}
 * @param key the key of its value in a TensorFlow checkpoint, as Keras 3 names it
 * @param shape Keras's layout, whatever the kernels use
 */
public record Variable(String name, String key, DataType dtype, TensorShape shape, Role role) {

  /** What a variable is for, and so what its first value is and who changes it. */
  public sealed interface Role {}

  /**
   * A weight of a layer, changed by the optimizer when trainable.
   *
   * @param layer the layer's name
   * @param part {@code kernel} or {@code bias}
   */
  public record Weight(String layer, String part, Initializer initializer, boolean trainable)
      implements Role {
    public Weight {
      Objects.requireNonNull(layer);
      Objects.requireNonNull(part);
      Objects.requireNonNull(initializer);
    }
  }

  /** Number of optimizer steps done; starts at 0. */
  public record Iterations() implements Role {}

  /** The optimizer's learning rate; starts at the job's. */
  public record LearningRate(double initial) implements Role {}

  /**
   * One of the optimizer's values beside each element of a trainable weight.
   *
   * @param of name of the weight; shape and dtype are the same
   * @param initial what each element starts at
   */
  public record Slot(String of, SlotKind kind, double initial) implements Role {
    public Slot {
      Objects.requireNonNull(of);
      Objects.requireNonNull(kind);
    }
  }

  /** Slots by the suffix of their Keras names in lower case. */
  public enum SlotKind {
    /** SGD's and RMSprop's momentum; Adam's running mean of gradients (m). */
    MOMENTUM,
    /** Adam's (v) and RMSprop's running mean of squared gradients. */
    VELOCITY,
    /** Centered RMSprop's running mean of gradients. */
    AVERAGE_GRADIENT,
    /** Adagrad's sum of squared gradients. */
    ACCUMULATOR
  }

  public Variable {
    Objects.requireNonNull(name);
    Objects.requireNonNull(key);
    Objects.requireNonNull(dtype);
    Objects.requireNonNull(shape);
    Objects.requireNonNull(role);
  }

  /** Whether a gradient is taken with respect to it. */
  public boolean trainable() {
    return role instanceof Weight weight && weight.trainable();
  }

  /** Whether it is a weight that nothing changes. */
  public boolean frozen() {
    return role instanceof Weight weight && !weight.trainable();
  }

  /** Whether it belongs to the optimizer rather than to a layer. */
  public boolean ofOptimizer() {
    return role instanceof Slot || role instanceof Iterations || role instanceof LearningRate;
  }

  /** Bytes of the whole value. */
  public long bytes() {
    return shape.elements() * dtype.bytes();
  }
}
