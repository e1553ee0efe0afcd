package io.holdfast.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocationsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "file:///jobs/, data/x.gz, file:///jobs/data/x.gz",
    "file:///jobs/, ../x y, file:///x%20y",
    "file:///jobs/, /data/x, file:///data/x",
    "file:///jobs/, file:/data/../x, file:///x",
    "other://host:1/jobs/, data/x.gz, other://host:1/jobs/data/x.gz",
    "other://host:1/jobs, ../x y, other://host:1/x%20y",
    "other://host:1/jobs/, a:b, other://host:1/jobs/a:b",
    "other://host:1/jobs/, /data/x, other://host:1/data/x",
    "other://host:1/jobs/, file:/data/x, file:///data/x",
  })
  void aPathIsRelativeToTheFileThatNamesIt(URI file, String given, String location) {
    assertThat(Locations.resolve(file, given)).hasToString(location);
  }

  @Test
  void aDirectoryThatIsThereIsNamedAsOneThatIsNot() throws IOException {
    Path run = directory.resolve("run");
    URI before = Locations.parse(run.toString());
    Files.createDirectory(run);
    assertThat(Locations.parse(run.toString())).isEqualTo(before);
    assertThat(Locations.parse(run + "/")).isEqualTo(before);
    assertThat(Locations.leaf(before)).isEqualTo("run");
    assertThat(Locations.shown(before)).isEqualTo(run.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "gopher://host/a", "file:a", "file://host/a", "a\0b", "file:/%"})
  void whatIsNoLocationIsRefused(String given) {
    assertThatThrownBy(() -> Locations.parse(given)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFileIsReadAndAnythingElseIsTold() throws IOException {
    Path file = Files.writeString(directory.resolve("a b"), "holdfast");
    try (InputStream in = InputFile.open(Locations.parse(file.toString()))) {
      assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("holdfast");
    }
    URI missing = Locations.parse(directory.resolve("none").toString());
    assertThatThrownBy(() -> InputFile.open(missing)).isInstanceOf(NoSuchFileException.class);
    URI folder = Locations.parse(directory.toString());
    assertThatThrownBy(() -> InputFile.open(folder)).isInstanceOf(NotAFileException.class);
  }
}
