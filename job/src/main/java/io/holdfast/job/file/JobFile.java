package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.job.Job;
import io.holdfast.job.JobLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads a job file and finds it good, data files included, or says in one line what is wrong.
 * Nothing is written. Files named {@code *.json} are JSON, all others YAML.
 */
public final class JobFile {
  private JobFile() {}

  /** The job of a file as it stands. */
  public static Job read(Path file) throws JobException {
    return read(file, List.of());
  }

  /**
   * The job of a file with the command line's overrides put in.
   *
   * @param overrides {@code key=value} each, later ones over earlier ones
   */
  public static Job read(Path file, List<String> overrides) throws JobException {
    return parse(file, text(file), overrides);
  }

  /** The job of a text that stands in {@code file}. */
  static Job parse(Path file, String text, List<String> overrides) throws JobException {
    Source source = new Source(file.toString(), Overrides.keys(overrides));
    boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
    Source fileOnly = Source.file(file.toString());
    JsonNode tree = json ? Tree.json(fileOnly, text) : Tree.yaml(fileOnly, text);
    if (!tree.isObject()) {
      throw fileOnly.error("", "a job file must be a map with model, loss, optimizer, data, ...");
    }
    for (String override : overrides) {
      tree = Overrides.apply(tree, override);
    }
    Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("/"));
    Job job = JobReader.read(source, tree, directory, baseName(file));
    DataFiles.check(source, job);
    return job;
  }

  private static String text(Path file) throws JobException {
    Source source = Source.file(file.toString());
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(JobLimits.MAX_FILE_BYTES + 1);
      if (bytes.length > JobLimits.MAX_FILE_BYTES) {
        throw source.error("", "larger than " + JobLimits.MAX_FILE_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw source.error("", "no such file");
    } catch (CharacterCodingException e) {
      throw source.error("", "not UTF-8 text");
    } catch (IOException e) {
      throw source.error("", "not readable: " + e.getMessage());
    }
  }

  private static String baseName(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
