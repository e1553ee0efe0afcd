package io.holdfast.job;

import io.holdfast.storage.bundle.TensorShape;
import java.net.URI;
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

  /** Where samples come from. */
  public sealed interface Source {}

  /**
   * IDX files (the MNIST format), plain or gzipped.
   *
   * @param scale samples are divided by this
   */
  public record Idx(URI images, URI labels, double scale) implements Source {}

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
      implements Source {}
}
