package io.holdfast.job.file;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.DataSpec;
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
    fit.loss(output);
    fit.metrics();
    fit.data("data.train", job.data().train(), output);
    if (job.data().validation().isPresent()) {
      fit.data("data.validation", job.data().validation().get(), output);
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
            Keys.child(Keys.item("model.layers", i), JobText.kind(layers.get(i))), unfit.reason());
      }
      shape = ((ShapeCheck.Fits) check).output();
    }
    return shape;
  }

  private void loss(TensorShape output) throws JobException {
    if (job.loss() == LossFunction.MEAN_SQUARED_ERROR) {
      return;
    }
    String loss = Values.name(job.loss());
    if (output.rank() != 1) {
      throw source.error(
          "loss",
          loss + " needs an output of shape [classes], but the model's output is " + output);
    }
    if (!endsInSoftmax()) {
      throw source.error(
          "loss", loss + " needs probabilities, but the last layer's activation is not softmax");
    }
  }

  private boolean endsInSoftmax() {
    List<LayerSpec> layers = job.model().layers();
    LayerSpec last = layers.get(layers.size() - 1);
    if (last instanceof LayerSpec.Dense dense) {
      return dense.activation() == ActivationFunction.SOFTMAX;
    }
    return last instanceof LayerSpec.Activation activation
        && activation.function() == ActivationFunction.SOFTMAX;
  }

  private void metrics() throws JobException {
    if (job.metrics().contains(MetricFunction.ACCURACY)
        && job.loss() == LossFunction.MEAN_SQUARED_ERROR) {
      throw source.error(
          Keys.item("metrics", job.metrics().indexOf(MetricFunction.ACCURACY)),
          "accuracy needs a cross-entropy loss, but the loss is mean_squared_error");
    }
  }

  private void data(String path, DataSpec.Source data, TensorShape output) throws JobException {
    if (data instanceof DataSpec.Idx) {
      if (job.loss() != LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY) {
        throw labelsDoNotFit(Keys.child(path, "idx.labels"));
      }
      return;
    }
    random(Keys.child(path, "random"), (DataSpec.RandomData) data, output);
  }

  private void random(String path, DataSpec.RandomData random, TensorShape output)
      throws JobException {
    TensorShape input = job.model().input();
    if (!random.shape().equals(input)) {
      throw source.error(
          Keys.child(path, "shape"),
          random.shape() + " does not fit model.input, which is " + input);
    }
    boolean sparse = job.loss() == LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY;
    if (random.classes().isPresent() && !sparse) {
      throw labelsDoNotFit(Keys.child(path, "classes"));
    }
    if (random.classes().isPresent() && random.classes().getAsInt() > output.elements()) {
      throw source.error(
          Keys.child(path, "classes"),
          random.classes().getAsInt()
              + " does not fit the model's output, which has "
              + output.elements()
              + " units; labels must be below the number of units");
    }
    if (random.target().isPresent() && sparse) {
      throw source.error(
          Keys.child(path, "target"),
          "sparse_categorical_crossentropy needs labels; use classes instead of target");
    }
    if (random.target().isPresent() && !random.target().get().equals(output)) {
      throw source.error(
          Keys.child(path, "target"),
          random.target().get() + " does not fit the model's output, which is " + output);
    }
  }

  private JobException labelsDoNotFit(String path) {
    return source.error(
        path,
        "integer labels need the loss sparse_categorical_crossentropy, but the loss is "
            + Values.name(job.loss()));
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
