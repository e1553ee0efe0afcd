package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.Job;
import io.holdfast.job.JobLimits;
import io.holdfast.storage.InputFile;
import io.holdfast.storage.Locations;
import io.holdfast.storage.NotAFileException;
import io.holdfast.storage.SettingsException;
import io.holdfast.storage.UnreadableFileException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reads a job file and finds it good, data files included, or says in one line what is wrong.
 * Nothing is written. Files named {@code *.json} are JSON, all others YAML.
 */
public final class JobFile {
  private JobFile() {}

  /** The job of a local file as it stands. */
  public static Job read(Path file) throws JobException {
    return read(file.toString(), List.of());
  }

  /** The job of a local file with the command line's overrides put in. */
  public static Job read(Path file, List<String> overrides) throws JobException {
    return read(file.toString(), overrides);
  }

  /**
   * The job of a file with the command line's overrides put in.
   *
   * @param file a path or URI as its user gave it
   * @param overrides {@code key=value} each, later ones over earlier ones
   */
  public static Job read(String file, List<String> overrides) throws JobException {
    URI location = location(file);
    return parse(file, location, text(file, location), overrides);
  }

  /** The job of a text that stands in {@code file}. */
  static Job parse(String file, String text, List<String> overrides) throws JobException {
    return parse(file, location(file), text, overrides);
  }

  private static Job parse(String file, URI location, String text, List<String> overrides)
      throws JobException {
    Source source = new Source(file, Overrides.keys(overrides));
    String name = Locations.leaf(location);
    Source fileOnly = Source.file(file);
    boolean json = name.toLowerCase(Locale.ROOT).endsWith(".json");
    JsonNode tree = json ? Tree.json(fileOnly, text) : Tree.yaml(fileOnly, text);
    if (!tree.isObject()) {
      throw fileOnly.error("", "a job file must be a map with model, loss, optimizer, data, ...");
    }
    for (String override : overrides) {
      tree = Overrides.apply(tree, override);
    }
    Job job = JobReader.read(source, tree, Locations.parent(location), baseName(name));
    DataFiles.check(source, job);
    return job;
  }

  private static URI location(String file) throws JobException {
    try {
      return Locations.parse(file);
    } catch (IllegalArgumentException e) {
      throw Source.file(file).error("", "is no path: " + e.getMessage());
    }
  }

  private static String text(String file, URI location) throws JobException {
    Source source = Source.file(file);
    try (InputStream in = InputFile.open(location)) {
      byte[] bytes = in.readNBytes(JobLimits.MAX_FILE_BYTES + 1);
      if (bytes.length > JobLimits.MAX_FILE_BYTES) {
        throw source.error("", "larger than " + JobLimits.MAX_FILE_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw source.error("", "no such file");
    } catch (NotAFileException e) {
      throw source.error("", "a directory, not a file");
    } catch (CharacterCodingException e) {
      throw source.error("", "not UTF-8 text");
    } catch (SettingsException e) {
      throw source.error("", e.getMessage());
    } catch (IOException e) {
      throw source.unreadable("", new UnreadableFileException("the job file", e));
    }
  }

  private static String baseName(String name) {
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
