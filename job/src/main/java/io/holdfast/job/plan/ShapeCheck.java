package io.holdfast.job.plan;

import io.holdfast.storage.bundle.TensorShape;

/** Whether a layer can take a shape, and what comes out of it. */
public sealed interface ShapeCheck {

  /** The layer takes the shape and gives {@code output}, a sample's shape without the batch. */
  record Fits(TensorShape output) implements ShapeCheck {}

  /**
   * The layer cannot take the shape.
   *
   * @param reason one clause for people: what comes in and what would fit
   */
  record Unfit(String reason) implements ShapeCheck {}
}
