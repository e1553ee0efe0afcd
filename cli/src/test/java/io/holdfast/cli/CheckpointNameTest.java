package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.cli.TestRun.Value;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --from} takes, alone and with {@code --fork}. */
class CheckpointNameTest {
  @TempDir Path directory;
  private Path run;

  @BeforeEach
  void writeRuns() throws Exception {
    run = directory.resolve("a");
    write(run, 10, 20);
    write(directory.resolve("a/30"), 7);
  }

  private static void write(Path run, long... steps) throws Exception {
    for (long step : steps) {
      Value value =
          Value.floats("model/kernel" + TestRun.SUFFIX, TensorShape.of(2, 1), 1, step, step);
      TestRun.write(run, 1, Map.of(step, List.of(value)));
    }
  }

  private String inRun(String from) {
    RunLocation location = RunLocation.parse(run.toString());
    return CheckpointName.parse(from).findIn(location).toString();
  }

  private static String forked(String from) {
    CheckpointName name = CheckpointName.parse(from);
    return name.requireRun().find(name.step()).toString();
  }

  private static void assertRefused(Runnable parsed, String... parts) {
    assertThatThrownBy(parsed::run)
        .isInstanceOfSatisfying(
            CommandFailedException.class,
            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.BAD_INPUT))
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aStepIsOfTheRunItself() {
    assertThat(inRun("10")).endsWith("-10");
    assertThat(inRun("latest")).endsWith("-20");
    assertThat(inRun(inRun("10"))).endsWith("-10");
    assertThat(inRun(run + "/10")).as("the run may be named too").endsWith("-10");
    assertRefused(() -> inRun("11"), "STEP: 11", "[10, 20], latest, best");
    assertRefused(() -> inRun("best"), "best", "[10, 20], latest");
    assertRefused(() -> inRun("first"), "--from: first: no checkpoint of " + run, "a step number");
    assertRefused(() -> inRun(directory + "/b/10"), "no checkpoint of " + run, "--fork");
  }

  @Test
  void aForkNamesItsRunToo() {
    assertThat(forked(run + "/10")).endsWith("-10");
    assertThat(forked(run + "/latest")).endsWith("-20");
    assertThat(forked(run + "/" + inRun("10"))).endsWith("-10");
    assertThat(forked(run.toString())).endsWith("-20");
    assertThat(forked(run + "/30")).as("a run that is named like a step").endsWith("-7");
    assertRefused(() -> forked("10"), "--from: 10: with --fork it names its run too", "RUN/10");
    assertRefused(() -> forked(run + "/11"), "STEP: 11", "[10, 20], latest, best");
    assertRefused(() -> forked(run + "/best"), "best", "[10, 20], latest");
    assertRefused(() -> forked(directory + "/b/10"), "no such directory");
  }
}
