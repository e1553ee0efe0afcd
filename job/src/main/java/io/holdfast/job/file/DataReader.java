package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.DataSpec;
import io.holdfast.job.JobLimits;
import io.holdfast.job.file.Section.Range;
import io.holdfast.storage.bundle.TensorShape;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads what a job trains and validates on; paths become absolute {@code file:} URIs. */
final class DataReader {
  private static final int DEFAULT_BATCH_SIZE = 32;
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.\\-]*:/.*");
  private static final String SOURCES = "idx or random";
  private static final Set<String> NOT_YET = Set.of("csv", "npy", "npz", "tfrecord", "parquet");

  private final Source source;
  private final Path directory;

  private DataReader(Source source, Path directory) {
    this.source = source;
    this.directory = directory;
  }

  static DataSpec read(Source source, JsonNode node, Path directory) throws JobException {
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
    Section samples = Section.of(source, path, node, Set.of("idx", "random", "scale"));
    if (samples.has("idx") == samples.has("random")) {
      throw source.error(path, "exactly one of idx and random is needed");
    }
    if (samples.has("idx")) {
      return idx(samples);
    }
    if (samples.has("scale")) {
      throw samples.error("scale", "not allowed with random data, which lie in [0, 1)");
    }
    return random(samples.section("random", Set.of("shape", "samples", "classes", "target")));
  }

  private DataSpec.Source idx(Section samples) throws JobException {
    Section files = samples.section("idx", Set.of("images", "labels"));
    double scale = samples.number("scale", new Range(0, true, 1e30, false), 1);
    return new DataSpec.Idx(file(files, "images"), file(files, "labels"), scale);
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

  private URI file(Section files, String key) throws JobException {
    files.require(key, "the path of an IDX file");
    String text = files.text(key, "the path of an IDX file").orElseThrow();
    try {
      Path path = SCHEME.matcher(text).matches() ? Path.of(local(files, key, text)) : Path.of(text);
      if (text.isBlank()) {
        throw files.error(key, "\"\" is not allowed; the path of an IDX file is needed");
      }
      return directory.resolve(path).toAbsolutePath().normalize().toUri();
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw files.error(key, '"' + text + "\" is not a path: " + reason(e));
    }
  }

  private static URI local(Section files, String key, String text) throws JobException {
    URI uri = URI.create(text);
    if (!"file".equalsIgnoreCase(uri.getScheme())) {
      throw files.error(
          key, '"' + text + "\" is not in this release; data files must be local (file:/...)");
    }
    return uri;
  }

  private static String reason(RuntimeException e) {
    return e instanceof InvalidPathException invalid ? invalid.getReason() : e.getMessage();
  }
}
