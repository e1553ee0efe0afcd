package io.holdfast.model;

/** Told as gradients become complete, from the last layer to the first. */
@FunctionalInterface
public interface GradientListener {

  /** Does nothing. */
  GradientListener NONE = index -> {};

  /**
   * The shard's gradient sum of a trainable variable stands in its buffer; earlier layers are still
   * to come. Called by the lane's thread.
   *
   * @param index position among the model's trainable variables
   */
  void gradientReady(int index);
}
