package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The release archive as a user has it: unpacked somewhere else than where it was built.
 *
 * @param home the archive's own directory
 */
record UnpackedRelease(Path home) {
  static final Path ARCHIVE = Path.of(System.getProperty("holdfast.release") + ".tar.gz");

  /** Unpacks it below a directory. */
  static UnpackedRelease in(Path directory) throws IOException, InterruptedException {
    assertThat(ARCHIVE).as("the release archive, which mvn package builds").isRegularFile();
    Holdfast.Result result =
        Holdfast.startProcess(
                directory, List.of("tar", "-xzf", ARCHIVE.toString(), "-C", directory.toString()))
            .await();
    assertThat(result.exitCode()).as(result.all()).isZero();
    String name = ARCHIVE.getFileName().toString();
    return new UnpackedRelease(
        directory.resolve(name.substring(0, name.length() - ".tar.gz".length())));
  }

  Path launcher() {
    return home.resolve("bin").resolve("holdfast");
  }

  /** A command line of this release, after words such as {@code env A=B}. */
  List<String> command(List<String> before, String... arguments) {
    List<String> command = new ArrayList<>(before);
    command.add(launcher().toString());
    command.addAll(List.of(arguments));
    return command;
  }
}
