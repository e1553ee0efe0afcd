package io.holdfast.job.file;

import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.LossFunction;
import io.holdfast.storage.bundle.TensorShape;

/** Whether what a job says of its data fits model and loss. Reads no file. */
final class DataFit {
  private static final int BINARY_CLASSES = 2;

  private final Source source;
  private final LossFunction loss;
  private final TensorShape input;
  private final TensorShape output;

  /**
   * @param output shape of the model's output
   */
  DataFit(Source source, Job job, TensorShape output) {
    this.source = source;
    this.loss = job.loss();
    this.input = job.model().input();
    this.output = output;
  }

  void check(String path, DataSpec.Source data) throws JobException {
    if (data instanceof DataSpec.Idx) {
      requireIntegerLabels(Keys.child(path, "idx.labels"));
    } else if (data instanceof DataSpec.Csv csv) {
      csv(Keys.child(path, "csv"), csv);
    } else {
      random(Keys.child(path, "random"), (DataSpec.RandomData) data);
    }
  }

  private void csv(String path, DataSpec.Csv csv) throws JobException {
    int labels = csv.label().size();
    if (loss.wantsClass() && labels != 1) {
      throw source.error(
          Keys.child(path, "label"),
          labels + " columns; " + Values.name(loss) + " needs one column of class numbers");
    }
    if (!loss.wantsClass() && labels != output.elements()) {
      throw source.error(
          Keys.child(path, "label"),
          String.format(
              "%d columns do not fit the model's output, which is %s; %d are needed",
              labels, output, output.elements()));
    }
  }

  private void random(String path, DataSpec.RandomData random) throws JobException {
    if (!random.shape().equals(input)) {
      throw source.error(
          Keys.child(path, "shape"),
          random.shape() + " does not fit model.input, which is " + input);
    }
    if (random.classes().isPresent()) {
      classes(Keys.child(path, "classes"), random.classes().getAsInt());
    } else {
      target(Keys.child(path, "target"), random.target().orElseThrow());
    }
  }

  private void classes(String path, int classes) throws JobException {
    requireIntegerLabels(path);
    if (!loss.wantsClass() && classes > BINARY_CLASSES) {
      throw source.error(
          path, classes + " does not fit " + Values.name(loss) + ", which has the labels 0 and 1");
    }
    if (loss.wantsClass() && classes > output.elements()) {
      throw source.error(
          path,
          classes
              + " does not fit the model's output, which has "
              + output.elements()
              + " units; labels must be below the number of units");
    }
  }

  private void target(String path, TensorShape target) throws JobException {
    if (loss.wantsClass()) {
      throw source.error(path, Values.name(loss) + " needs labels; use classes instead of target");
    }
    if (!target.equals(output)) {
      throw source.error(path, target + " does not fit the model's output, which is " + output);
    }
  }

  /** One number a sample: a class, or 0 and 1 for one output. */
  private void requireIntegerLabels(String path) throws JobException {
    boolean binary = loss == LossFunction.BINARY_CROSSENTROPY && output.elements() == 1;
    if (!loss.wantsClass() && !binary) {
      throw source.error(
          path,
          "integer labels need the loss sparse_categorical_crossentropy (or binary_crossentropy"
              + " with one output), but the loss is "
              + Values.name(loss));
    }
  }
}
