package io.holdfast.job.file;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.Job;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.LossFunction;
import io.holdfast.job.MetricFunction;
import io.holdfast.job.RetentionSpec.SaveBest;
import io.holdfast.job.plan.LayerShapes;
import io.holdfast.job.plan.ShapeCheck;
import io.holdfast.storage.bundle.TensorShape;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Whether the parts of a job fit each other: layers, loss, data, metrics. Reads no file. */
final class JobFit {
  private final Source source;
  private final Job job;

  private JobFit(Source source, Job job) {
    this.source = source;
    this.job = job;
  }

  static void check(Source source, Job job) throws JobException {
    JobFit fit = new JobFit(source, job);
    TensorShape output = fit.output();
    fit.trainable();
    fit.loss(output);
    fit.metrics();
    DataFit data = new DataFit(source, job, output);
    data.check("data.train", job.data().train());
    if (job.data().validation().isPresent()) {
      data.check("data.validation", job.data().validation().get());
    }
    fit.saveBest();
    if (job.optimizer() instanceof io.holdfast.job.OptimizerSpec.Sgd sgd
        && sgd.nesterov()
        && sgd.momentum() == 0) {
      throw source.error("optimizer.sgd.nesterov", "true is not allowed without a momentum");
    }
  }

  private TensorShape output() throws JobException {
    TensorShape shape = job.model().input();
    List<LayerSpec> layers = job.model().layers();
    for (int i = 0; i < layers.size(); i++) {
      ShapeCheck check = LayerShapes.check(layers.get(i), shape);
      if (check instanceof ShapeCheck.Unfit unfit) {
        throw source.error(
            Keys.child(Keys.item("model.layers", i), ModelText.kind(layers.get(i))),
            unfit.reason());
      }
      shape = ((ShapeCheck.Fits) check).output();
    }
    return shape;
  }

  private void trainable() throws JobException {
    List<LayerSpec.Weighted> weighted =
        job.model().layers().stream()
            .filter(LayerSpec.Weighted.class::isInstance)
            .map(LayerSpec.Weighted.class::cast)
            .toList();
    if (!weighted.isEmpty() && weighted.stream().noneMatch(LayerSpec.Weighted::trainable)) {
      throw source.error(
          "model.layers",
          "every layer with weights has trainable: false, so there is nothing to train (at least"
              + " one needs trainable: true)");
    }
  }

  private void loss(TensorShape output) throws JobException {
    if (!job.loss().isCrossEntropy()) {
      return;
    }
    String loss = Values.name(job.loss());
    boolean binary = job.loss() == LossFunction.BINARY_CROSSENTROPY;
    if (!binary && output.rank() != 1) {
      throw source.error(
          "loss",
          loss + " needs an output of shape [classes], but the model's output is " + output);
    }
    ActivationFunction wanted = binary ? ActivationFunction.SIGMOID : ActivationFunction.SOFTMAX;
    if (lastActivation() != wanted) {
      throw source.error(
          "loss",
          loss
              + " needs probabilities, but the last layer's activation is not "
              + Values.name(wanted));
    }
  }

  /** What the outputs come from; layers that only change the shape do not count. */
  private ActivationFunction lastActivation() {
    List<LayerSpec> layers = job.model().layers();
    int last = layers.size() - 1;
    while (last > 0
        && (layers.get(last) instanceof LayerSpec.Flatten
            || layers.get(last) instanceof LayerSpec.Reshape)) {
      last--;
    }
    if (layers.get(last) instanceof LayerSpec.Dense dense) {
      return dense.activation();
    }
    if (layers.get(last) instanceof LayerSpec.Conv2D conv) {
      return conv.activation();
    }
    return layers.get(last) instanceof LayerSpec.Activation activation
        ? activation.function()
        : ActivationFunction.LINEAR;
  }

  private void metrics() throws JobException {
    String loss = Values.name(job.loss());
    for (int i = 0; i < job.metrics().size(); i++) {
      MetricFunction metric = job.metrics().get(i);
      if (metric == MetricFunction.ACCURACY && !job.loss().isCrossEntropy()) {
        throw source.error(
            Keys.item("metrics", i),
            "accuracy needs a cross-entropy loss, but the loss is " + loss);
      }
      if (metric != MetricFunction.ACCURACY && job.loss().wantsClass()) {
        throw source.error(
            Keys.item("metrics", i),
            Values.name(metric) + " needs targets of the output's shape, but the loss is " + loss);
      }
    }
  }

  private void saveBest() throws JobException {
    if (job.checkpoint().retention().best().isEmpty()) {
      return;
    }
    SaveBest best = job.checkpoint().retention().best().get();
    Set<String> monitors = monitors();
    if (!monitors.contains(best.monitor())) {
      throw source.error(
          "checkpoint.save_best.monitor",
          '"'
              + best.monitor()
              + "\" is not a metric of this job; it has "
              + String.join(", ", monitors)
              + (best.monitor().startsWith("val_") && job.data().validation().isEmpty()
                  ? " (val_... needs data.validation)"
                  : ""));
    }
  }

  private Set<String> monitors() {
    Set<String> names = new LinkedHashSet<>();
    names.add("loss");
    job.metrics().forEach(metric -> names.add(Values.name(metric)));
    if (job.data().validation().isPresent()) {
      List.copyOf(names).forEach(name -> names.add("val_" + name));
    }
    return names;
  }
}
