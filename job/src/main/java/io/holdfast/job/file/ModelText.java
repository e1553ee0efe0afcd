package io.holdfast.job.file;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.job.ActivationFunction;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.ModelSpec;

/** A model as a job file states it, every default written out. */
final class ModelText {
  private ModelText() {}

  static ObjectNode write(ModelSpec model) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.set("input", JobText.shape(model.input()));
    ArrayNode layers = node.putArray("layers");
    for (LayerSpec layer : model.layers()) {
      write(layer, layers.addObject().putObject(kind(layer)));
    }
    return node;
  }

  /** The layer's name in a job file. */
  static String kind(LayerSpec layer) {
    if (layer instanceof LayerSpec.Conv2D) {
      return ModelReader.CONV2D;
    }
    if (layer instanceof LayerSpec.MaxPooling2D) {
      return ModelReader.MAX_POOLING2D;
    }
    if (layer instanceof LayerSpec.AveragePooling2D) {
      return ModelReader.AVERAGE_POOLING2D;
    }
    if (layer instanceof LayerSpec.GlobalAveragePooling2D) {
      return ModelReader.GLOBAL_AVERAGE_POOLING2D;
    }
    if (layer instanceof LayerSpec.Flatten) {
      return ModelReader.FLATTEN;
    }
    if (layer instanceof LayerSpec.Reshape) {
      return ModelReader.RESHAPE;
    }
    if (layer instanceof LayerSpec.Dense) {
      return ModelReader.DENSE;
    }
    return layer instanceof LayerSpec.Dropout ? ModelReader.DROPOUT : ModelReader.ACTIVATION;
  }

  private static void write(LayerSpec layer, ObjectNode node) {
    node.put("name", layer.name());
    if (layer instanceof LayerSpec.Conv2D conv) {
      convolution(conv, node);
    } else if (layer instanceof LayerSpec.Pooling2D pooling) {
      node.putArray("pool_size").add(pooling.poolHeight()).add(pooling.poolWidth());
      node.putArray("strides").add(pooling.strideHeight()).add(pooling.strideWidth());
      node.put("padding", Values.name(pooling.padding()));
    } else if (layer instanceof LayerSpec.GlobalAveragePooling2D pooling) {
      node.put("keepdims", pooling.keepdims());
    } else if (layer instanceof LayerSpec.Reshape reshape) {
      reshape.targetShape().forEach(node.putArray("target_shape")::add);
    } else if (layer instanceof LayerSpec.Dense dense) {
      node.put("units", dense.units());
      activation(dense.activation(), node);
      weights(dense, node);
    } else if (layer instanceof LayerSpec.Dropout dropout) {
      node.put("rate", dropout.rate());
    } else if (layer instanceof LayerSpec.Activation activation) {
      activation(activation.function(), node);
    }
  }

  private static void convolution(LayerSpec.Conv2D conv, ObjectNode node) {
    node.put("filters", conv.filters());
    node.putArray("kernel_size").add(conv.kernelHeight()).add(conv.kernelWidth());
    node.putArray("strides").add(conv.strideHeight()).add(conv.strideWidth());
    node.put("padding", Values.name(conv.padding()));
    activation(conv.activation(), node);
    weights(conv, node);
  }

  private static void activation(ActivationFunction function, ObjectNode node) {
    node.put("activation", Values.name(function));
  }

  private static void weights(LayerSpec.Weighted layer, ObjectNode node) {
    node.put("use_bias", layer.useBias());
    node.put("kernel_initializer", Values.name(layer.kernelInitializer()));
    node.put("bias_initializer", Values.name(layer.biasInitializer()));
    node.put("trainable", layer.trainable());
  }
}
