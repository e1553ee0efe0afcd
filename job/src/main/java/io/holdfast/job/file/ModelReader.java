package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.ActivationFunction;
import io.holdfast.job.Initializer;
import io.holdfast.job.JobLimits;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.LayerSpec.Padding;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.file.Section.Kind;
import io.holdfast.job.file.Section.Range;
import io.holdfast.storage.bundle.TensorShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the model's short form: an input shape and a list of layers by their Keras names. */
final class ModelReader {
  static final String CONV2D = "conv2d";
  static final String MAX_POOLING2D = "max_pooling2d";
  static final String AVERAGE_POOLING2D = "average_pooling2d";
  static final String GLOBAL_AVERAGE_POOLING2D = "global_average_pooling2d";
  static final String RESHAPE = "reshape";
  static final String FLATTEN = "flatten";
  static final String DENSE = "dense";
  static final String DROPOUT = "dropout";
  static final String ACTIVATION = "activation";

  private static final Map<String, Set<String>> LAYER_KEYS =
      Map.of(
          CONV2D,
          Set.of(
              "name",
              "filters",
              "kernel_size",
              "strides",
              "padding",
              "activation",
              "use_bias",
              "kernel_initializer",
              "bias_initializer",
              "trainable"),
          MAX_POOLING2D,
          Set.of("name", "pool_size", "strides", "padding"),
          AVERAGE_POOLING2D,
          Set.of("name", "pool_size", "strides", "padding"),
          GLOBAL_AVERAGE_POOLING2D,
          Set.of("name", "keepdims"),
          RESHAPE,
          Set.of("name", "target_shape"),
          FLATTEN,
          Set.of("name"),
          DENSE,
          Set.of(
              "name",
              "units",
              "activation",
              "use_bias",
              "kernel_initializer",
              "bias_initializer",
              "trainable"),
          DROPOUT,
          Set.of("name", "rate"),
          ACTIVATION,
          Set.of("name", "activation"));

  private final Names names = new Names();

  private ModelReader() {}

  static ModelSpec read(Source source, JsonNode node) throws JobException {
    if (node.isObject() && node.has("keras")) {
      throw source.error(
          "model.keras", "Keras model files are not in this release; state input and layers");
    }
    Section model = Section.of(source, "model", node, Set.of("input", "layers"));
    TensorShape input = model.requireShape("input");
    JsonNode layers = model.require("layers", "a list of layers");
    if (!layers.isArray() || layers.isEmpty() || layers.size() > JobLimits.MAX_LAYERS) {
      throw model.error(
          "layers", Values.wrong(layers, "a list of 1 to " + JobLimits.MAX_LAYERS + " layers"));
    }
    ModelReader reader = new ModelReader();
    List<LayerSpec> specs = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      specs.add(reader.layer(source, Keys.item("model.layers", i), layers.get(i)));
    }
    return new ModelSpec(input, specs);
  }

  private LayerSpec layer(Source source, String path, JsonNode node) throws JobException {
    Kind kind = Section.kind(source, path, node, "layer", LAYER_KEYS.keySet());
    Section layer =
        Section.of(
            source, Keys.child(path, kind.name()), kind.parameters(), LAYER_KEYS.get(kind.name()));
    String name = names.layerName(layer, kind.name());
    return switch (kind.name()) {
      case CONV2D -> conv2d(layer, name);
      case MAX_POOLING2D -> maxPooling2d(layer, name);
      case AVERAGE_POOLING2D -> averagePooling2d(layer, name);
      case GLOBAL_AVERAGE_POOLING2D ->
          new LayerSpec.GlobalAveragePooling2D(name, layer.flag("keepdims", false));
      case RESHAPE -> reshape(layer, name);
      case FLATTEN -> new LayerSpec.Flatten(name);
      case DENSE -> dense(layer, name);
      case DROPOUT -> dropout(layer, name);
      case ACTIVATION -> activation(layer, name);
      default -> throw new IllegalStateException("no reader for layer " + kind.name());
    };
  }

  private static LayerSpec conv2d(Section layer, String name) throws JobException {
    int filters = layer.requireInteger("filters", 1, JobLimits.MAX_DIM);
    layer.require("kernel_size", "an integer or a list of two");
    int[] kernel = layer.pair("kernel_size", 1, JobLimits.MAX_WINDOW).orElseThrow();
    int[] strides = layer.pair("strides", 1, JobLimits.MAX_WINDOW).orElse(new int[] {1, 1});
    return new LayerSpec.Conv2D(
        name,
        filters,
        kernel[0],
        kernel[1],
        strides[0],
        strides[1],
        layer.choice("padding", Padding.VALID),
        layer.choice("activation", ActivationFunction.LINEAR),
        layer.flag("use_bias", true),
        layer.choice("kernel_initializer", Initializer.GLOROT_UNIFORM),
        layer.choice("bias_initializer", Initializer.ZEROS),
        layer.flag("trainable", true));
  }

  private static LayerSpec maxPooling2d(Section layer, String name) throws JobException {
    int[] pool = poolSize(layer);
    int[] strides = layer.pair("strides", 1, JobLimits.MAX_WINDOW).orElse(pool);
    return new LayerSpec.MaxPooling2D(
        name, pool[0], pool[1], strides[0], strides[1], layer.choice("padding", Padding.VALID));
  }

  private static LayerSpec averagePooling2d(Section layer, String name) throws JobException {
    int[] pool = poolSize(layer);
    int[] strides = layer.pair("strides", 1, JobLimits.MAX_WINDOW).orElse(pool);
    return new LayerSpec.AveragePooling2D(
        name, pool[0], pool[1], strides[0], strides[1], layer.choice("padding", Padding.VALID));
  }

  private static int[] poolSize(Section layer) throws JobException {
    return layer.pair("pool_size", 1, JobLimits.MAX_WINDOW).orElse(new int[] {2, 2});
  }

  private static LayerSpec reshape(Section layer, String name) throws JobException {
    String allowed =
        "a list of 1 to "
            + JobLimits.MAX_RANK
            + " dimensions such as [7, 7, 64], one of which may be -1";
    JsonNode shape = layer.require("target_shape", allowed);
    if (!shape.isArray() || shape.isEmpty() || shape.size() > JobLimits.MAX_RANK) {
      throw layer.error("target_shape", Values.wrong(shape, allowed));
    }
    List<Integer> dims = new ArrayList<>();
    for (int i = 0; i < shape.size(); i++) {
      dims.add(dimension(layer, Keys.item("target_shape", i), shape.get(i)));
    }
    if (dims.indexOf(LayerSpec.Reshape.INFERRED) != dims.lastIndexOf(LayerSpec.Reshape.INFERRED)) {
      throw layer.error("target_shape", Values.wrong(shape, allowed));
    }
    return new LayerSpec.Reshape(name, dims);
  }

  private static int dimension(Section layer, String key, JsonNode dim) throws JobException {
    if (dim.isIntegralNumber() && dim.longValue() == LayerSpec.Reshape.INFERRED) {
      return LayerSpec.Reshape.INFERRED;
    }
    return Values.integer(layer.source(), layer.path(key), dim, 1, JobLimits.MAX_DIM);
  }

  private static LayerSpec dense(Section layer, String name) throws JobException {
    return new LayerSpec.Dense(
        name,
        layer.requireInteger("units", 1, JobLimits.MAX_DIM),
        layer.choice("activation", ActivationFunction.LINEAR),
        layer.flag("use_bias", true),
        layer.choice("kernel_initializer", Initializer.GLOROT_UNIFORM),
        layer.choice("bias_initializer", Initializer.ZEROS),
        layer.flag("trainable", true));
  }

  private static LayerSpec dropout(Section layer, String name) throws JobException {
    layer.require("rate", Range.BELOW_ONE.allowed());
    return new LayerSpec.Dropout(name, layer.number("rate", Range.BELOW_ONE, 0));
  }

  private static LayerSpec activation(Section layer, String name) throws JobException {
    layer.require(
        "activation", "one of " + String.join(", ", Values.names(ActivationFunction.class)));
    return new LayerSpec.Activation(
        name, layer.choice("activation", ActivationFunction.class).orElseThrow());
  }
}
