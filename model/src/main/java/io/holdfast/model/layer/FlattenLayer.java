package io.holdfast.model.layer;

import io.holdfast.model.kernel.Matrix;
import java.util.List;

/** Any shape to one dimension: rows are row-major already, so the input is the output. */
record FlattenLayer(Signal output) implements Layer {
  @Override
  public void forward(Pass pass, List<Matrix> weights) {}

  @Override
  public void backward(List<Matrix> weights, List<Matrix> gradients) {}
}
