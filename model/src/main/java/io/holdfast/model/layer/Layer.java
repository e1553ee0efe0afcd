package io.holdfast.model.layer;

import io.holdfast.model.kernel.Matrix;
import java.util.List;

/**
 * One layer of one lane for a fixed number of rows. {@link #backward} follows a {@link #forward} of
 * the same rows and may destroy the output's value and gradient.
 */
public interface Layer {

  /** Where {@link #forward} writes its value and where the next layer writes its gradient. */
  Signal output();

  /**
   * Computes the output's value from the input's.
   *
   * @param weights the layer's, in Keras's order: [elements / last dimension, last dimension] each
   */
  void forward(Pass pass, List<Matrix> weights);

  /**
   * Writes into {@code gradients} the sums over the rows, and the input's gradient where it is
   * wanted.
   *
   * @param gradients of the layer's weights in their order; none of a frozen layer
   */
  void backward(List<Matrix> weights, List<Matrix> gradients);
}
