package io.holdfast.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What HADOOP_CONF_DIR holds for the tests and the programs that they start; the build points it at
 * {@code target/hadoop-conf}. Each server adds how it is reached before its first client looks.
 */
final class HadoopConf {
  static final Path DIRECTORY = Path.of(System.getenv("HADOOP_CONF_DIR")).toAbsolutePath();

  private static final Map<String, Map<String, String>> FILES = new TreeMap<>();

  private HadoopConf() {}

  /** Adds settings to a file. */
  static synchronized void set(String file, Map<String, String> settings) throws IOException {
    Map<String, String> all = FILES.computeIfAbsent(file, name -> new TreeMap<>());
    all.putAll(settings);
    Files.createDirectories(DIRECTORY);
    write(DIRECTORY.resolve(file), all);
  }

  /** Writes a file of settings, anywhere. */
  static void write(Path file, Map<String, String> settings) throws IOException {
    StringBuilder text = new StringBuilder("<configuration>\n");
    settings.forEach(
        (key, value) ->
            text.append(
                "<property><name>%s</name><value>%s</value></property>%n".formatted(key, value)));
    Files.writeString(file, text.append("</configuration>\n"));
  }
}
