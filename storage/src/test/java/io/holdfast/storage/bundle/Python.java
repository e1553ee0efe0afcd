package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The interpreter with TensorFlow that the build was given by {@code -Dpython=}. */
public final class Python {

  private static final long TIMEOUT_MINUTES = 5;

  private Python() {}

  /** Skips the test, by name, where there is no interpreter. */
  public static void assumePresent() {
    assumeFalse(System.getProperty("python", "").isEmpty(), "needs TensorFlow: -Dpython=PATH");
  }

  /** Runs a script of src/test/python to its end, which must be a good one. */
  public static String run(Path log, String script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("python"));
    command.add(Path.of("src/test/python", script).toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)).as("ends in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String output = Files.readString(log);
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
