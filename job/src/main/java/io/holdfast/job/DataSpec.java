package io.holdfast.job;

import io.holdfast.storage.bundle.TensorShape;
import java.net.URI;
import java.util.List;
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
   * Rows of numbers in a text file, plain or gzipped. The features of a row, in order, are its
   * sample, row-major.
   *
   * @param label the columns that are to be predicted, in order
   * @param columns the columns that are features, in order; absent: all but the labels, in the
   *     file's order
   * @param header whether the first row names the columns
   * @param separator what stands between two cells
   * @param scale features are divided by this
   */
  public record Csv(
      URI path,
      List<Column> label,
      Optional<List<Column>> columns,
      boolean header,
      char separator,
      double scale)
      implements Source {
    public Csv {
      Checks.positive("scale", scale);
      label = List.copyOf(label);
      columns = columns.map(List::copyOf);
      if (label.isEmpty() || columns.map(List::isEmpty).orElse(false)) {
        throw new IllegalArgumentException("at least one column is needed");
      }
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException("relative URI " + path);
      }
    }
  }

  /** A column of a CSV file. */
  public sealed interface Column {
    /** By its name in the first row. */
    record Named(String name) implements Column {
      public Named {
        Objects.requireNonNull(name);
      }
    }

    /** By its place, from 0. */
    record Numbered(int number) implements Column {
      public Numbered {
        Checks.range("column", number, 0, JobLimits.MAX_CSV_COLUMNS - 1);
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
