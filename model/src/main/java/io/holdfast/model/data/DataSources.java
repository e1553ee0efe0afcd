package io.holdfast.model.data;

import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.LossFunction;
import io.holdfast.job.file.CsvException;
import io.holdfast.job.file.CsvSamples;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.storage.Locations;
import io.holdfast.storage.UnreadableFileException;
import io.holdfast.storage.bundle.TensorShape;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Opens a job's data and checks them, all of them, against the model before anything is trained.
 */
public final class DataSources {
  private static final String TRAIN = "data.train";
  private static final int BINARY_CLASSES = 2;
  private static final String VALIDATION = "data.validation";

  private final Job job;
  private final ModelPlan plan;

  private DataSources(Job job, ModelPlan plan) {
    this.job = job;
    this.plan = plan;
  }

  /** What {@link #open} comes to. */
  public sealed interface Result {
    /** Data that fit the model. */
    record Opened(Dataset train, Optional<Dataset> validation) implements Result {}

    /** One line: key, file, what was found, what is allowed. */
    record Rejected(String reason) implements Result {}

    /** A file is there and cannot be read now. */
    record Unreadable(UnreadableFileException failure) implements Result {}
  }

  /** A value that the data cannot have; ends the opening. */
  private static final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;

    Unfit(String message) {
      super(message);
    }
  }

  /** Reads what must be read and checks it. */
  public static Result open(Job job, ModelPlan plan) {
    DataSources sources = new DataSources(job, plan);
    try {
      Dataset train = sources.dataset(TRAIN, job.data().train(), 0);
      Optional<DataSpec.Source> validation = job.data().validation();
      return new Result.Opened(
          train,
          validation.isPresent()
              ? Optional.of(sources.dataset(VALIDATION, validation.get(), 1))
              : Optional.empty());
    } catch (Unfit e) {
      return new Result.Rejected(e.getMessage());
    } catch (UnreadableFileException e) {
      return new Result.Unreadable(e);
    }
  }

  private Dataset dataset(String key, DataSpec.Source source, int number)
      throws Unfit, UnreadableFileException {
    if (source instanceof DataSpec.Idx idx) {
      return withTargets(idx(key + ".idx", idx));
    }
    if (source instanceof DataSpec.Csv csv) {
      return csv(key + ".csv", csv);
    }
    return withTargets(random(key + ".random", (DataSpec.RandomData) source, number));
  }

  /** Labels as the loss wants them. */
  private Dataset withTargets(Dataset data) {
    boolean asTargets = data.target() instanceof Dataset.Target.Label && !job.loss().wantsClass();
    return asTargets ? new BinaryLabels(data) : data;
  }

  private Dataset csv(String key, DataSpec.Csv spec) throws Unfit, UnreadableFileException {
    Dataset.Target target =
        job.loss().wantsClass()
            ? new Dataset.Target.Label(requireLabels(key + ".label"))
            : new Dataset.Target.Values(plan.output());
    CsvDataset data = new CsvDataset(plan.input(), target, spec.label().size());
    try {
      CsvSamples.read(spec, job, data::add);
    } catch (CsvException e) {
      throw new Unfit(key + "." + e.key() + ": " + e.getMessage());
    }
    return data;
  }

  private Dataset random(String key, DataSpec.RandomData spec, int number) throws Unfit {
    requireInput(key + ".shape", spec.shape());
    if (spec.samples() < 1 || spec.samples() > Integer.MAX_VALUE - 8) {
      throw new Unfit(key + ".samples: " + spec.samples() + "; at least 1, below 2^31 allowed");
    }
    if (spec.target().isPresent()) {
      requireTarget(key + ".target", spec.target().get());
    } else {
      int classes = spec.classes().orElse(0);
      int allowed = requireLabels(key + ".classes");
      if (classes < 1 || classes > allowed) {
        throw new Unfit(key + ".classes: " + classes + "; the model has " + allowed + " outputs");
      }
    }
    return RandomDataset.of(job.seed(), spec, number);
  }

  private Dataset idx(String key, DataSpec.Idx spec) throws Unfit, UnreadableFileException {
    int classes = requireLabels(key + ".labels");
    IdxFile images = read(key + ".images", spec.images());
    IdxFile labels = read(key + ".labels", spec.labels());
    String imagesName = key + ".images: " + Locations.shown(spec.images());
    String labelsName = key + ".labels: " + Locations.shown(spec.labels());
    requireInput(imagesName, sampleShape(images));
    if (labels.dims().size() != 1) {
      throw new Unfit(labelsName + ": " + labels.dims().size() + " dimensions; labels have 1");
    }
    int samples = images.dims().get(0);
    if (!labels.dims().get(0).equals(samples)) {
      throw new Unfit(
          labelsName + ": " + labels.dims().get(0) + " labels for " + samples + " images");
    }
    requireRange(labelsName, labels.bytes(), classes);
    return new IdxDataset(images.bytes(), labels.bytes(), plan.input(), classes, spec.scale());
  }

  private static IdxFile read(String key, URI uri) throws Unfit, UnreadableFileException {
    IdxFile.Result result = IdxFile.read(uri);
    if (result instanceof IdxFile.Result.Rejected rejected) {
      throw new Unfit(key + ": " + rejected.reason());
    }
    if (result instanceof IdxFile.Result.Unreadable unreadable) {
      throw unreadable.failure();
    }
    return ((IdxFile.Result.Read) result).file();
  }

  private static TensorShape sampleShape(IdxFile images) {
    List<Integer> dims = images.dims();
    return TensorShape.of(
        dims.subList(1, dims.size()).stream().mapToLong(Integer::longValue).toArray());
  }

  /** Equal shapes fit, and so does a shape that lacks the model's last dimensions of 1. */
  private void requireInput(String key, TensorShape sample) throws Unfit {
    List<Long> dims = new ArrayList<>(sample.dims());
    while (dims.size() < plan.input().rank()) {
      dims.add(1L);
    }
    if (!dims.equals(plan.input().dims())) {
      throw new Unfit(key + ": samples of shape " + sample + "; model.input is " + plan.input());
    }
  }

  /** How many classes labels may have. */
  private int requireLabels(String key) throws Unfit {
    if (job.loss() == LossFunction.BINARY_CROSSENTROPY && plan.output().elements() == 1) {
      return BINARY_CLASSES;
    }
    if (!job.loss().wantsClass()) {
      String loss = job.loss().name().toLowerCase(Locale.ROOT);
      throw new Unfit(key + ": loss " + loss + " needs targets, not class labels");
    }
    if (plan.output().rank() != 1) {
      throw new Unfit(
          key + ": one label a sample; the model's output is " + plan.output() + ", not [classes]");
    }
    return Math.toIntExact(plan.output().dim(0));
  }

  private void requireTarget(String key, TensorShape target) throws Unfit {
    if (job.loss().wantsClass()) {
      throw new Unfit(key + ": loss sparse_categorical_crossentropy needs classes, not a target");
    }
    if (!target.equals(plan.output())) {
      throw new Unfit(key + ": " + target + "; the model's output is " + plan.output());
    }
  }

  private static void requireRange(String key, ByteBuffer labels, int classes) throws Unfit {
    for (int i = 0; i < labels.limit(); i++) {
      int label = labels.get(i) & 0xff;
      if (label >= classes) {
        throw new Unfit(
            key + ": label " + label + " of sample " + i + "; allowed: 0 to " + (classes - 1));
      }
    }
  }
}
