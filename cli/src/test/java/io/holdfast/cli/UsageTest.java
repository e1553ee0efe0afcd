package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class UsageTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void unknownCommandsAndOptionsAreOneLineAndExitWith2() {
    assertThat(execute("stpes")).isEqualTo(2);
    assertThat(execute("steps", "run", "--jsn")).isEqualTo(2);
    assertThat(execute("steps", "run", "--jason")).isEqualTo(2);
    assertThat(execute("steps", "run", "--entirely-different")).isEqualTo(2);
    assertThat(execute("steps")).isEqualTo(2);
    assertThat(execute("steps", "run", "more")).isEqualTo(2);
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .hasSize(6)
        .allMatch(line -> line.startsWith("holdfast: "))
        .satisfiesExactly(
            line -> assertThat(line).contains("unknown command: stpes").contains("steps, show"),
            line -> assertThat(line).contains("unknown option: --jsn").contains("--json"),
            line -> assertThat(line).contains("unknown option: --jason").contains("--json"),
            line -> assertThat(line).contains("--entirely-different").doesNotContain("nearest"),
            line -> assertThat(line).contains("RUN"),
            line -> assertThat(line).contains("unexpected argument: more"));
  }

  @Test
  void versionAndHelpExitWith0() {
    assertThat(execute("--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).matches("holdfast \\d+\\.\\d+\\.\\d+\\R");
    assertThat(execute("verify", "--help")).isZero();
    assertThat(err.size()).isZero();
  }

  @Test
  void aRunIsAPathOrAUri() {
    assertThat(RunLocation.parse("runs/a").shown())
        .isEqualTo(Path.of("runs/a").toAbsolutePath().toString());
    assertThat(RunLocation.parse("file:/data/runs/a").shown()).isEqualTo("/data/runs/a");
    assertThat(RunLocation.parse("file:///data/runs/../a").file("x")).isEqualTo("/data/a/x");
    for (String bad : new String[] {"gopher://host/a", "file:relative", ""}) {
      assertThatThrownBy(() -> RunLocation.parse(bad)).isInstanceOf(CommandFailedException.class);
    }
  }

  @Test
  void anAddressHasAHostAndAPort() {
    assertThat(HostAndPort.parse("--listen", "127.0.0.1:7000"))
        .isEqualTo(new HostAndPort("127.0.0.1", 7000));
    assertThat(HostAndPort.parse("--listen", "[::1]:0"))
        .isEqualTo(new HostAndPort("::1", 0))
        .hasToString("[::1]:0");
    for (String bad :
        new String[] {"localhost", ":1", "host:", "host:x", "host:65536", "host:-1"}) {
      assertThatThrownBy(() -> HostAndPort.parse("--listen", bad))
          .isInstanceOf(CommandFailedException.class)
          .hasMessageContaining("HOST:PORT");
    }
  }

  private int execute(String... arguments) {
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            100);
    return Main.execute(terminal, arguments);
  }
}
