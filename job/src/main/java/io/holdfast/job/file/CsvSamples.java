package io.holdfast.job.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.JobLimits;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.storage.Locations;
import io.holdfast.storage.NotAFileException;
import io.holdfast.storage.SettingsException;
import io.holdfast.storage.UnreadableFileException;
import io.holdfast.storage.bundle.TensorShape;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.zip.ZipException;

/**
 * Reads the samples of a CSV file row by row, each cell checked: as many cells in each row, every
 * label and feature a finite decimal number, labels as the loss wants them, as many features as the
 * model's input has elements. Memory for one row; whoever wants the samples keeps them.
 */
public final class CsvSamples {
  private static final String PATH = "path";
  private static final String NUMBER_CHARACTERS = "0123456789+-.eE";

  private final DataSpec.Csv spec;
  private final String file;
  private final TensorShape input;
  private final TensorShape output;
  private final LabelRange range;
  private final float[] features;
  private final float[] labels;

  private CsvSamples(DataSpec.Csv spec, Job job) {
    ModelPlan plan = ModelPlan.of(job);
    this.spec = spec;
    this.file = Locations.shown(spec.path());
    this.input = plan.input();
    this.output = plan.output();
    this.range = LabelRange.of(job.loss());
    this.features = new float[Math.toIntExact(input.elements())];
    this.labels = new float[spec.label().size()];
  }

  /** Takes samples in the file's order. */
  @FunctionalInterface
  public interface Sink {
    /**
     * One sample.
     *
     * @param features divided by the scale; the array is used again for the next sample
     * @param labels likewise, as they stand in the file
     */
    void sample(float[] features, float[] labels);
  }

  /**
   * Reads all samples of a job's source; returns how many there are, at least 1.
   *
   * @throws CsvException if something is wrong with it
   * @throws UnreadableFileException if the file is there and cannot be read
   */
  public static int read(DataSpec.Csv spec, Job job, Sink sink)
      throws CsvException, UnreadableFileException {
    CsvSamples samples = new CsvSamples(spec, job);
    String path = samples.file;
    try (CsvRows rows = CsvRows.open(spec.path(), spec.separator())) {
      return samples.readAll(rows, sink);
    } catch (JsonProcessingException e) {
      throw samples.bad(
          e.getLocation() == null ? 0 : e.getLocation().getLineNr(), e.getOriginalMessage());
    } catch (NoSuchFileException e) {
      throw new CsvException(PATH, "no such file: " + path);
    } catch (NotAFileException e) {
      throw new CsvException(PATH, "not a file: " + path);
    } catch (EOFException e) {
      throw new CsvException(PATH, path + " is cut off");
    } catch (CharacterCodingException e) {
      throw new CsvException(PATH, path + " is not UTF-8 text");
    } catch (ZipException e) {
      throw new CsvException(PATH, path + " is damaged gzip data: " + e.getMessage());
    } catch (MalformedFileException | SettingsException e) {
      throw new CsvException(PATH, path + ": " + e.getMessage());
    } catch (IOException e) {
      throw new UnreadableFileException(path, e);
    }
  }

  /** How many samples a file has whose content was found good before. */
  static int count(DataSpec.Csv spec) throws IOException {
    int rows = spec.header() ? -1 : 0;
    try (CsvRows csv = CsvRows.open(spec.path(), spec.separator())) {
      while (csv.next()) {
        rows++;
      }
    }
    return rows;
  }

  private int readAll(CsvRows rows, Sink sink) throws IOException, CsvException {
    if (!rows.next()) {
      throw new CsvException(PATH, file + " has no rows");
    }
    CsvColumns columns = CsvColumns.of(spec, file, rows.cells());
    requireFeatures(columns);
    int samples = 0;
    for (boolean more = !spec.header() || rows.next(); more; more = rows.next()) {
      readRow(rows, columns);
      requireRoom(++samples);
      sink.sample(features, labels);
    }
    if (samples == 0) {
      throw new CsvException(PATH, file + " has no rows below its header");
    }
    return samples;
  }

  private void readRow(CsvRows rows, CsvColumns columns) throws CsvException {
    List<String> cells = rows.cells();
    if (cells.size() != columns.count()) {
      throw bad(rows.line(), cells.size() + " cells; the first row has " + columns.count());
    }
    float scale = (float) spec.scale();
    for (int i = 0; i < features.length; i++) {
      features[i] = number(rows, columns, columns.features().get(i)) / scale;
    }
    for (int i = 0; i < labels.length; i++) {
      labels[i] = label(rows, columns, columns.labels().get(i));
    }
  }

  private float label(CsvRows rows, CsvColumns columns, int column) throws CsvException {
    float value = number(rows, columns, column);
    if (!range.contains(value, output)) {
      throw bad(rows, columns, column, range.allowed(output));
    }
    return value;
  }

  private float number(CsvRows rows, CsvColumns columns, int column) throws CsvException {
    float value = parse(rows.cells().get(column).strip());
    if (!Float.isFinite(value)) {
      throw bad(rows, columns, column, "a finite decimal number");
    }
    return value;
  }

  /** NaN for what is no decimal number: Java also reads hexadecimal ones, and letters behind. */
  private static float parse(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (NUMBER_CHARACTERS.indexOf(text.charAt(i)) < 0) {
        return Float.NaN;
      }
    }
    try {
      return Float.parseFloat(text);
    } catch (NumberFormatException e) {
      return Float.NaN;
    }
  }

  private void requireFeatures(CsvColumns columns) throws CsvException {
    if (columns.features().size() != features.length) {
      throw new CsvException(
          spec.columns().isPresent() ? "columns" : PATH,
          String.format(
              "%s has %d columns of features; model.input %s needs %d",
              file, columns.features().size(), input, features.length));
    }
  }

  private void requireRoom(int samples) throws CsvException {
    if ((long) samples * (features.length + labels.length) > JobLimits.MAX_CSV_VALUES
        || samples > JobLimits.MAX_SAMPLES) {
      throw new CsvException(
          PATH,
          file
              + " has more than "
              + JobLimits.MAX_CSV_VALUES
              + " features and labels, which is the most that a worker holds");
    }
  }

  private CsvException bad(CsvRows rows, CsvColumns columns, int column, String allowed) {
    String cell = Values.quoted(rows.cells().get(column));
    return new CsvException(
        PATH,
        String.format(
            "%s: line %d, %s: %s is not allowed; %s is needed",
            file, rows.line(), columns.name(column), cell, allowed));
  }

  private CsvException bad(long line, String problem) {
    return new CsvException(PATH, file + ": line " + line + ": " + problem);
  }
}
