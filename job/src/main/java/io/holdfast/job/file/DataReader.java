package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.DataSpec;
import io.holdfast.job.DataSpec.Column;
import io.holdfast.job.JobLimits;
import io.holdfast.job.file.Section.Range;
import io.holdfast.storage.Locations;
import io.holdfast.storage.bundle.TensorShape;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Reads what a job trains and validates on; paths become absolute URIs. */
final class DataReader {
  private static final int DEFAULT_BATCH_SIZE = 32;
  private static final String SOURCES = "idx, csv or random";
  private static final Set<String> NOT_YET = Set.of("npy", "npz", "tfrecord", "parquet");

  private static final String IDX_PATH = "the path of an IDX file";
  private static final String CSV_PATH = "the path of a CSV file";
  private static final String COLUMNS = "a column or a list of columns, each by name or number";
  private static final String SEPARATORS = ",;|\t";

  private final Source source;
  private final URI directory;

  private DataReader(Source source, URI directory) {
    this.source = source;
    this.directory = directory;
  }

  static DataSpec read(Source source, JsonNode node, URI directory) throws JobException {
    Section data =
        Section.of(source, "data", node, Set.of("batch_size", "shuffle", "train", "validation"));
    DataReader reader = new DataReader(source, directory);
    int batchSize = data.integer("batch_size", 1, JobLimits.MAX_BATCH_SIZE, DEFAULT_BATCH_SIZE);
    boolean shuffle = data.flag("shuffle", true);
    data.require("train", "a map with " + SOURCES);
    DataSpec.Source train = reader.samples(data, "train");
    Optional<DataSpec.Source> validation =
        data.has("validation") ? Optional.of(reader.samples(data, "validation")) : Optional.empty();
    return new DataSpec(batchSize, shuffle, train, validation);
  }

  private DataSpec.Source samples(Section data, String key) throws JobException {
    String path = data.path(key);
    JsonNode node = data.require(key, "a map with " + SOURCES);
    for (String kind : NOT_YET) {
      if (node.has(kind)) {
        throw source.error(
            Keys.child(path, kind), kind + " data are not in this release; use " + SOURCES);
      }
    }
    Section samples = Section.of(source, path, node, Set.of("idx", "csv", "random", "scale"));
    if (Stream.of("idx", "csv", "random").filter(samples::has).count() != 1) {
      throw source.error(path, "exactly one of idx, csv and random is needed");
    }
    if (samples.has("idx")) {
      return idx(samples);
    }
    if (samples.has("csv")) {
      return csv(samples);
    }
    if (samples.has("scale")) {
      throw samples.error("scale", "not allowed with random data, which lie in [0, 1)");
    }
    return random(samples.section("random", Set.of("shape", "samples", "classes", "target")));
  }

  private DataSpec.Source idx(Section samples) throws JobException {
    Section files = samples.section("idx", Set.of("images", "labels"));
    return new DataSpec.Idx(
        file(files, "images", IDX_PATH), file(files, "labels", IDX_PATH), scale(samples));
  }

  private DataSpec.Source csv(Section samples) throws JobException {
    Section csv = samples.section("csv", Set.of("path", "label", "columns", "header", "separator"));
    boolean header = csv.flag("header", true);
    csv.require("label", COLUMNS);
    Optional<List<Column>> columns =
        csv.has("columns") ? Optional.of(columns(csv, "columns", header)) : Optional.empty();
    return new DataSpec.Csv(
        file(csv, "path", CSV_PATH),
        columns(csv, "label", header),
        columns,
        header,
        separator(csv),
        scale(samples));
  }

  private static double scale(Section samples) throws JobException {
    return samples.number("scale", new Range(0, true, 1e30, false), 1);
  }

  private static char separator(Section csv) throws JobException {
    String allowed = "one of , ; | and a tab";
    String text = csv.text("separator", allowed).orElse(",");
    if (text.length() != 1 || SEPARATORS.indexOf(text.charAt(0)) < 0) {
      throw csv.error(
          "separator", Values.quoted(text) + " is not allowed; " + allowed + " is needed");
    }
    return text.charAt(0);
  }

  /** One column or a list of them. */
  private static List<Column> columns(Section csv, String key, boolean header) throws JobException {
    JsonNode node = csv.require(key, COLUMNS);
    if (!node.isArray()) {
      return List.of(column(csv, key, node, header));
    }
    if (node.isEmpty() || node.size() > JobLimits.MAX_CSV_COLUMNS) {
      throw csv.error(key, Values.wrong(node, COLUMNS));
    }
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      columns.add(column(csv, Keys.item(key, i), node.get(i), header));
    }
    return columns;
  }

  private static Column column(Section csv, String key, JsonNode node, boolean header)
      throws JobException {
    if (node.isTextual() && header) {
      return new Column.Named(node.textValue().strip());
    }
    if (!node.isIntegralNumber()) {
      String allowed = "a number from 0 (without a header columns have no names)";
      throw csv.error(key, Values.wrong(node, header ? COLUMNS : allowed));
    }
    int last = JobLimits.MAX_CSV_COLUMNS - 1;
    return new Column.Numbered(Values.integer(csv.source(), csv.path(key), node, 0, last));
  }

  private static DataSpec.Source random(Section random) throws JobException {
    TensorShape shape = random.requireShape("shape");
    int samples = random.requireInteger("samples", 1, JobLimits.MAX_SAMPLES);
    OptionalLong classes = random.integer("classes", 1, JobLimits.MAX_DIM);
    Optional<TensorShape> target =
        random.has("target") ? Optional.of(random.requireShape("target")) : Optional.empty();
    if (classes.isPresent() == target.isPresent()) {
      throw source(random, "exactly one of classes and target is needed");
    }
    return new DataSpec.RandomData(
        shape,
        samples,
        classes.isPresent() ? OptionalInt.of((int) classes.getAsLong()) : OptionalInt.empty(),
        target);
  }

  private static JobException source(Section section, String problem) {
    return section.source().error(section.path(), problem);
  }

  private URI file(Section files, String key, String allowed) throws JobException {
    files.require(key, allowed);
    String text = files.text(key, allowed).orElseThrow();
    if (text.isBlank()) {
      throw files.error(key, "\"\" is not allowed; " + allowed + " is needed");
    }
    try {
      return Locations.resolve(directory, text);
    } catch (IllegalArgumentException e) {
      throw files.error(key, '"' + text + "\" is not a path: " + e.getMessage());
    }
  }
}
