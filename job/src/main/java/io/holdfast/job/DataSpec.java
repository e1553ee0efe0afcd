package io.holdfast.job;

import io.holdfast.storage.bundle.TensorShape;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is trained and validated on.
 *
 * @param batchSize rows of the global batch, over all workers; the last batch of an epoch may be
 *     shorter
 * @param shuffle whether the rows' order is drawn anew each epoch from the seed
 */
public record DataSpec(int batchSize, boolean shuffle, Source train, Optional<Source> validation) {

  public DataSpec {
    Checks.range("batch_size", batchSize, 1, JobLimits.MAX_BATCH_SIZE);
    Objects.requireNonNull(train);
    Objects.requireNonNull(validation);
  }

  /** Where samples come from. */
  public sealed interface Source {}

  /**
   * IDX files (the MNIST format), plain or gzipped.
   *
   * @param scale samples are divided by this
   */
  public record Idx(URI images, URI labels, double scale) implements Source {
    public Idx {
      Checks.positive("scale", scale);
      if (!images.isAbsolute() || !labels.isAbsolute()) {
        throw new IllegalArgumentException("relative URI " + images + " or " + labels);
      }
    }
  }

  /**
   * Made-up samples, a pure function of the job's seed: elements uniform in [0, 1).
   *
   * @param shape shape of one sample
   * @param samples number of samples
   * @param classes labels are uniform in [0, classes); absent when {@code target} is given
   * @param target shape of one regression target with elements uniform in [0, 1)
   */
  public record RandomData(
      TensorShape shape, long samples, OptionalInt classes, Optional<TensorShape> target)
      implements Source {
    public RandomData {
      Checks.range("samples", samples, 1, JobLimits.MAX_SAMPLES);
      Objects.requireNonNull(shape);
      if (classes.isPresent() == target.isPresent()) {
        throw new IllegalArgumentException("exactly one of classes and target is needed");
      }
    }
  }
}
