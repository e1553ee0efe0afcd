package io.holdfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void columnsAreAsWideAsTheyNeedAndNumbersStandRight() {
    new Table("NAME", "STEP", "STATE").row("a", 5, "VERIFIED").row("longer", 1000, "-").print(out);
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("NAME    STEP  STATE", "a          5  VERIFIED", "longer  1000  -");
  }

  @Test
  void whatIsNoNumberIsNullInJson() {
    Json.print(out, Json.numbers(Map.of("loss", Double.NaN, "accuracy", 0.5)));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualToIgnoringWhitespace("{\"accuracy\": 0.5, \"loss\": null}");
  }

  @Test
  void bytesAreReadable() {
    assertThat(Text.bytes(0)).isEqualTo("0 B");
    assertThat(Text.bytes(1023)).isEqualTo("1023 B");
    assertThat(Text.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Text.bytes(Long.MAX_VALUE)).isEqualTo("8192.0 PiB");
  }
}
