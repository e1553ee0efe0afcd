package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.coordinator.protocol.LeaderEffect.Announce;
import io.holdfast.coordinator.protocol.LeaderEffect.Level;
import io.holdfast.coordinator.protocol.LeaderEffect.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long nowMillis;

  @Test
  void plainLinesComeEveryFewSecondsAndAtEachEpochsEnd() {
    ProgressLines lines = new ProgressLines(terminal(false), () -> Instant.ofEpochMilli(nowMillis));
    for (int step = 1; step <= 20; step++) {
      nowMillis += 1000;
      lines.progress(progress(step));
    }
    assertThat(text(out).lines())
        .containsExactly(
            "Epoch 1/2  5/12  loss 0.5000  accuracy 0.7500  100 samples/s  (step 5)",
            "Epoch 1/2  10/12  loss 0.5000  accuracy 0.7500  100 samples/s  (step 10)",
            "Epoch 1/2  12/12  loss 0.5000  accuracy 0.7500  100 samples/s  (step 12)",
            "Epoch 2/2  5/8  loss 0.5000  accuracy 0.7500  100 samples/s  (step 17)",
            "Epoch 2/2  8/8  loss 0.5000  accuracy 0.7500  100 samples/s  (step 20)");
    assertThat(text(out)).doesNotContain("\r").doesNotContain("\u001b");
  }

  @Test
  void theBarIsDrawnOverAndLinesStandAboveIt() {
    ProgressBar bar = new ProgressBar(terminal(true), () -> Instant.ofEpochMilli(nowMillis));
    nowMillis = 1000;
    bar.progress(progress(6));
    bar.announce(new Announce(Level.INFO, "Saved step 6"));
    String drawn = "Epoch 1/2 [============            ] 6/12  loss 0.5000  accuracy 0.7500";
    assertThat(text(out).split("\r\u001b\\[K"))
        .satisfiesExactly(
            first -> assertThat(first).isEmpty(),
            second -> assertThat(second).startsWith(drawn),
            third -> assertThat(third).isEqualTo("Saved step 6\n"),
            fourth -> assertThat(fourth).startsWith(drawn));
    assertThat(text(out)).doesNotContain(" ".repeat(80));
  }

  @Test
  void whatWentWrongGoesToStandardError() {
    Announcements.print(terminal(false), new Announce(Level.WARNING, "step 9 is damaged"));
    assertThat(text(out)).isEmpty();
    assertThat(text(err)).isEqualTo("holdfast: WARNING: step 9 is damaged\n");
  }

  /** 20 steps in all, 12 an epoch. */
  private static Progress progress(long step) {
    return new Progress(
        step, 20, step <= 12 ? 1 : 2, 12, 0.25, Map.of("loss", 0.5, "accuracy", 0.75), 100);
  }

  private Terminal terminal(boolean interactive) {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        interactive,
        100);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
