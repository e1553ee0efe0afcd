package io.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Suites run and print; what they measure is nobody's to assert. */
class SuitesTest {
  @TempDir private Path scratch;

  @Test
  void saveAndLoadPrintTheirTables() {
    assertThat(quick("save")).contains("dd = 1", "holdfast", "RATIO");
    assertThat(quick("load")).contains("dd = 1", "holdfast", "worker 3: needs");
  }

  @Test
  void reshardAndHdfsPrintTheirTables() {
    assertThat(quick("reshard")).contains("dd = 1", "holdfast, read back", "bytes read");
    assertThat(quick("hdfs")).contains("put = 1", "get = 1", "hdfs dfs -put", "holdfast");
  }

  @Test
  void theWirePrintsItsTableOfAWholeRun() {
    assertThat(quick("wire", "--job", "cnn"))
        .contains("cnn: bytes on the wire, state 866600 bytes");
  }

  @Test
  void ratiosAreTakenWithinARound() throws IOException, InterruptedException {
    double[] base = {9, 2, 4};
    double[] other = {1, 4, 4};
    ByteArrayOutputStream progress = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(progress, true, StandardCharsets.UTF_8);

    Comparison comparison =
        new Comparison("t", "u", List.of(inTurn("base", base), inTurn("other", other)))
            .measure(2, out);

    assertThat(comparison.ratio(1)).isEqualTo(new Spread(1, 1.5, 2));
    assertThat(comparison.reached(0)).isEqualTo(new Spread(2, 3, 4));
    assertThat(progress.toString(StandardCharsets.UTF_8))
        .containsSubsequence("base", "other", "other", "base", "base", "other");
  }

  @Test
  void nonsenseIsRefused() {
    StringWriter error = new StringWriter();

    int exitCode =
        Main.commandLine().setErr(new PrintWriter(error)).execute("save", "--rounds", "0");

    assertThat(exitCode).isEqualTo(2);
    assertThat(error.toString()).contains("--rounds: 0 (allowed: 1 and more)");
  }

  private static Contender inTurn(String name, double[] values) {
    int[] turn = {0};
    return Contender.of(name, () -> values[turn[0]++]);
  }

  private String quick(String suite, String... more) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      String[] arguments = new String[more.length + 4];
      arguments[0] = suite;
      System.arraycopy(
          new String[] {"--quick", "--scratch", scratch.toString()}, 0, arguments, 1, 3);
      System.arraycopy(more, 0, arguments, 4, more.length);
      int exitCode = Main.commandLine().execute(arguments);
      String text = printed.toString(StandardCharsets.UTF_8);
      assertThat(exitCode).as(text).isZero();
      return text;
    } finally {
      System.setOut(before);
    }
  }
}
