package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.DataSpec;
import io.holdfast.job.JobLimits;
import io.holdfast.job.file.Section.Range;
import io.holdfast.storage.Locations;
import io.holdfast.storage.bundle.TensorShape;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads what a job trains and validates on; paths become absolute URIs. */
final class DataReader {
  private static final int DEFAULT_BATCH_SIZE = 32;
  private static final String SOURCES = "idx or random";
  private static final Set<String> NOT_YET = Set.of("csv", "npy", "npz", "tfrecord", "parquet");

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
    if (text.isBlank()) {
      throw files.error(key, "\"\" is not allowed; the path of an IDX file is needed");
    }
    try {
      return Locations.resolve(directory, text);
    } catch (IllegalArgumentException e) {
      throw files.error(key, '"' + text + "\" is not a path: " + e.getMessage());
    }
  }
}
