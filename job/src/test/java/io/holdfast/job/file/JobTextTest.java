package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.DataSpec;
import io.holdfast.job.DataSpec.Column;
import io.holdfast.job.Job;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.OptimizerSpec;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a job file can say reads back from its canonical text; defaults are Keras's. */
final class JobTextTest {
  private static final String EVERY_LAYER =
      """
      model:
        input: [144]
        layers:
          - reshape: {target_shape: [12, -1, 1]}
          - conv2d: {filters: 4, kernel_size: [3, 2], strides: [1, 2], padding: same, activation: gelu, use_bias: false, trainable: false}
          - max_pooling2d: {pool_size: [2, 1], padding: same}
          - average_pooling2d: {pool_size: 3, strides: [1, 2], padding: same}
          - average_pooling2d
          - conv2d: {filters: 4, kernel_size: 1, activation: leaky_relu, kernel_initializer: he_normal}
          - global_average_pooling2d: {keepdims: true}
          - flatten
          - dropout: {rate: 0.5}
          - activation: {activation: softplus}
          - dense: {units: 2, activation: sigmoid, bias_initializer: ones}
      loss: binary_crossentropy
      optimizer: adamw
      metrics: [accuracy, binary_accuracy, mean_absolute_error, mean_squared_error]
      data:
        train: {random: {shape: [144], samples: 100, target: [2]}}
      steps: 1
      """;

  private static Job read(String text) throws JobException {
    Source source = Source.file("job.yaml");
    return JobReader.read(source, Tree.yaml(source, text), URI.create("file:///d/"), "job");
  }

  private static void requireReadBack(Job job) throws JobException {
    assertThat(JobText.read("text", JobText.write(job))).isEqualTo(job);
  }

  @Test
  void everyLayerAndMetricReadsBack() throws JobException {
    Job job = read(EVERY_LAYER);

    assertThat(job.metrics()).containsExactly(MetricFunction.values());
    assertThat(job.model().layers().get(0).name()).isEqualTo("reshape");
    LayerSpec.AveragePooling2D plain = (LayerSpec.AveragePooling2D) job.model().layers().get(4);
    assertThat(plain)
        .isEqualTo(
            new LayerSpec.AveragePooling2D(
                "average_pooling2d_1", 2, 2, 2, 2, LayerSpec.Padding.VALID));
    assertThat(job.model().layers())
        .filteredOn(LayerSpec.Weighted.class::isInstance)
        .extracting(layer -> ((LayerSpec.Weighted) layer).trainable())
        .containsExactly(false, true, true);
    requireReadBack(job);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adamw",
        "{adamw: {learning_rate: 0.1, weight_decay: 0, beta_1: 0.8, beta_2: 0.9, epsilon: 1e-3}}",
        "{rmsprop: {learning_rate: 0.1, rho: 0.8, momentum: 0.5, epsilon: 1e-3, centered: true}}",
        "{adagrad: {learning_rate: 0.1, initial_accumulator_value: 0, epsilon: 1e-3}}",
        "{sgd: {momentum: 0.9, nesterov: true}}",
        "adam"
      })
  void optimizersReadBack(String optimizer) throws JobException {
    requireReadBack(read(EVERY_LAYER.replace("optimizer: adamw", "optimizer: " + optimizer)));
  }

  @Test
  void optimizersHaveTheDefaultsOfKeras() throws JobException {
    assertThat(optimizer("adamw"))
        .isEqualTo(new OptimizerSpec.AdamW(0.001, 0.004, 0.9, 0.999, 1e-7));
    assertThat(optimizer("rmsprop"))
        .isEqualTo(new OptimizerSpec.RmsProp(0.001, 0.9, 0, 1e-7, false));
    assertThat(optimizer("adagrad")).isEqualTo(new OptimizerSpec.Adagrad(0.001, 0.1, 1e-7));
  }

  private static OptimizerSpec optimizer(String name) throws JobException {
    return read(EVERY_LAYER.replace("optimizer: adamw", "optimizer: " + name)).optimizer();
  }

  @Test
  void csvReadsBack() throws JobException {
    DataSpec.Csv plain = csv("{csv: {path: a.csv, label: [hit, 3]}}");
    assertThat(plain)
        .isEqualTo(
            new DataSpec.Csv(
                Path.of("/d/a.csv").toUri(),
                List.of(new Column.Named("hit"), new Column.Numbered(3)),
                Optional.empty(),
                true,
                ',',
                1));
    csv(
        "{csv: {path: a.csv, label: [1, 0], columns: [5, 7], header: false, separator: \"\\t\"},"
            + " scale: 255}");
  }

  private static DataSpec.Csv csv(String source) throws JobException {
    String random = "{random: {shape: [144], samples: 100, target: [2]}}";
    Job job = read(EVERY_LAYER.replace(random, source));
    requireReadBack(job);
    return (DataSpec.Csv) job.data().train();
  }
}
