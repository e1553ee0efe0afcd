package io.holdfast.job;

import io.holdfast.storage.bundle.TensorShape;
import java.util.List;

/**
 * A stack of layers (Keras's {@code Sequential}).
 *
 * @param input shape of one sample, channels last, without the batch
 * @param layers first to last, at least one; names are unique
 */
public record ModelSpec(TensorShape input, List<LayerSpec> layers) {
  public ModelSpec {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a model needs at least one layer");
    }
    if (layers.stream().map(LayerSpec::name).distinct().count() != layers.size()) {
      throw new IllegalArgumentException("layer names must differ");
    }
  }
}
