package io.holdfast.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.job.ActivationFunction;
import io.holdfast.job.Initializer;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.LossFunction;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.storage.bundle.TensorShape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

/** One model of src/test/python/keras_fixtures.py with what Keras computed for it. */
record KerasCase(JsonNode json) {

  /** A result of which every {@code stride}-th element was kept. */
  record Kept(int size, int stride, List<Double> values) {}

  static List<KerasCase> all() {
    try (InputStream in = KerasCase.class.getResourceAsStream("/keras/cases.json")) {
      JsonNode cases = new ObjectMapper().readTree(in).get("cases");
      return StreamSupport.stream(cases.spliterator(), false).map(KerasCase::new).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static KerasCase named(String name) {
    return all().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  /** The script's pattern(): element i of a tensor. */
  static float[] pattern(int size, int salt, double scale) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (((i * 7919L + salt * 104729L) % 20011 / 20011.0 - 0.5) * scale);
    }
    return values;
  }

  String name() {
    return json.get("name").asText();
  }

  ModelSpec model() {
    List<LayerSpec> layers = new ArrayList<>();
    for (JsonNode layer : json.get("layers")) {
      layers.add(layer(layer.asText().split(" ", -1), "layer_" + layers.size()));
    }
    long[] input =
        StreamSupport.stream(json.get("input").spliterator(), false)
            .mapToLong(JsonNode::asLong)
            .toArray();
    return new ModelSpec(TensorShape.of(input), layers);
  }

  LossFunction loss() {
    return LossFunction.valueOf(json.get("loss").asText().toUpperCase(Locale.ROOT));
  }

  List<MetricFunction> metrics() {
    List<MetricFunction> metrics = new ArrayList<>();
    json.get("metrics")
        .fieldNames()
        .forEachRemaining(
            name -> metrics.add(MetricFunction.valueOf(name.toUpperCase(Locale.ROOT))));
    return metrics;
  }

  /** What Keras measured at each step. */
  double[] measured(MetricFunction metric) {
    return doubles(json.get("metrics").get(metric.name().toLowerCase(Locale.ROOT)));
  }

  OptimizerSpec optimizer() {
    String[] words = json.get("optimizer").asText().split(" ", -1);
    double rate = Double.parseDouble(words[1]);
    return switch (words[0]) {
      case "adam" -> new OptimizerSpec.Adam(rate, 0.9, 0.999, 1e-7);
      case "adamw" -> new OptimizerSpec.AdamW(rate, Double.parseDouble(words[2]), 0.9, 0.999, 1e-7);
      case "rmsprop" ->
          new OptimizerSpec.RmsProp(
              rate,
              Double.parseDouble(words[2]),
              Double.parseDouble(words[3]),
              1e-7,
              words[4].equals("centered"));
      case "adagrad" -> new OptimizerSpec.Adagrad(rate, Double.parseDouble(words[2]), 1e-7);
      default ->
          new OptimizerSpec.Sgd(rate, Double.parseDouble(words[2]), words[3].equals("nesterov"));
    };
  }

  int[] rows() {
    return StreamSupport.stream(json.get("rows").spliterator(), false)
        .mapToInt(JsonNode::asInt)
        .toArray();
  }

  double[] numbers(String key) {
    return doubles(json.get(key));
  }

  Kept kept(String key) {
    return kept(json.get(key));
  }

  List<Kept> keptList(String key) {
    return StreamSupport.stream(json.get(key).spliterator(), false).map(KerasCase::kept).toList();
  }

  /** Rows [first, first + count) of step {@code step}'s batch. */
  SampleBatch batch(int step, TensorShape input, TensorShape output, int first, int count) {
    int batchRows = rows()[step];
    int inputSize = (int) input.elements();
    float[] inputs = pattern(batchRows * inputSize, 100 + step, 2);
    float[] some = Arrays.copyOfRange(inputs, first * inputSize, (first + count) * inputSize);
    int classes = (int) output.dim(output.rank() - 1);
    if (loss() == LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY) {
      int[] labels = new int[count];
      for (int r = 0; r < count; r++) {
        labels[r] = ((first + r) * 7 + step * 3) % classes;
      }
      return SampleBatch.ofLabels(some, labels);
    }
    int outputSize = (int) output.elements();
    float[] targets = pattern(batchRows * outputSize, 900 + step, 1);
    if (loss() == LossFunction.CATEGORICAL_CROSSENTROPY) {
      normalize(targets, classes);
    } else if (loss() == LossFunction.BINARY_CROSSENTROPY) {
      for (int i = 0; i < targets.length; i++) {
        targets[i] = targets[i] > 0 ? 1 : 0;
      }
    }
    return SampleBatch.ofTargets(
        count, some, Arrays.copyOfRange(targets, first * outputSize, (first + count) * outputSize));
  }

  private static void normalize(float[] targets, int classes) {
    for (int from = 0; from < targets.length; from += classes) {
      float sum = 0;
      for (int i = from; i < from + classes; i++) {
        targets[i] += 0.5f;
        sum += targets[i];
      }
      for (int i = from; i < from + classes; i++) {
        targets[i] /= sum;
      }
    }
  }

  private static LayerSpec layer(String[] w, String name) {
    return switch (w[0]) {
      case "conv2d" ->
          new LayerSpec.Conv2D(
              name,
              number(w[1]),
              number(w[2]),
              number(w[3]),
              number(w[4]),
              number(w[5]),
              LayerSpec.Padding.valueOf(w[6].toUpperCase(Locale.ROOT)),
              activation(w[7]),
              true,
              Initializer.GLOROT_UNIFORM,
              Initializer.ZEROS,
              isTrainable(w));
      case "maxpool" ->
          new LayerSpec.MaxPooling2D(
              name,
              number(w[1]),
              number(w[2]),
              number(w[3]),
              number(w[4]),
              LayerSpec.Padding.valueOf(w[5].toUpperCase(Locale.ROOT)));
      case "avgpool" ->
          new LayerSpec.AveragePooling2D(
              name,
              number(w[1]),
              number(w[2]),
              number(w[3]),
              number(w[4]),
              LayerSpec.Padding.valueOf(w[5].toUpperCase(Locale.ROOT)));
      case "globalavgpool" -> new LayerSpec.GlobalAveragePooling2D(name, w.length > 1);
      case "reshape" ->
          new LayerSpec.Reshape(name, Arrays.stream(w).skip(1).map(Integer::valueOf).toList());
      case "dense" ->
          new LayerSpec.Dense(
              name,
              number(w[1]),
              activation(w[2]),
              !Arrays.asList(w).contains("nobias"),
              Initializer.GLOROT_UNIFORM,
              Initializer.ZEROS,
              isTrainable(w));
      case "flatten" -> new LayerSpec.Flatten(name);
      case "dropout" -> new LayerSpec.Dropout(name, Double.parseDouble(w[1]));
      default -> new LayerSpec.Activation(name, activation(w[1]));
    };
  }

  private static boolean isTrainable(String[] words) {
    return !words[words.length - 1].equals("frozen");
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }

  private static ActivationFunction activation(String word) {
    return ActivationFunction.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private static Kept kept(JsonNode node) {
    return new Kept(
        node.get("size").asInt(),
        node.get("stride").asInt(),
        Arrays.stream(doubles(node.get("values"))).boxed().toList());
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  @Override
  public String toString() {
    return name();
  }
}
