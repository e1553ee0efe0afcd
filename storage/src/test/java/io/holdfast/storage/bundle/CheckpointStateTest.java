package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The file {@code checkpoint}, as TensorFlow writes and reads it. */
class CheckpointStateTest {

  private static final CheckpointState STATE =
      new CheckpointState(
          "ckpt-3",
          List.of("ckpt-2", "ckpt-3"),
          List.of(1784015299.2607172, 1784015300.0),
          OptionalDouble.of(1784015297.175224));

  @Test
  void writesWhatTensorFlowWrites() {
    assertThat(text(STATE.encode()))
        .isEqualTo(
            """
            model_checkpoint_path: "ckpt-3"
            all_model_checkpoint_paths: "ckpt-2"
            all_model_checkpoint_paths: "ckpt-3"
            all_model_checkpoint_timestamps: 1784015299.2607172
            all_model_checkpoint_timestamps: 1784015300.0
            last_preserved_timestamp: 1784015297.175224
            """);
  }

  @Test
  void readsWhatTensorFlowWrote() throws Exception {
    Path file = Path.of("src/test/resources/golden/tf218/objgraph/checkpoint");
    byte[] bytes = Files.readAllBytes(file);
    CheckpointState state = CheckpointState.parse("checkpoint", bytes);
    assertThat(state.modelCheckpointPath()).isEqualTo("ckpt-3");
    assertThat(text(state.encode())).isEqualTo(text(bytes));
  }

  @Test
  void toleratesOtherStyles() throws Exception {
    String text =
        "# newest\nmodel_checkpoint_path : 'a' \"b\\303\\xa9\\\"\";\nunknown: 7 "
            + "all_model_checkpoint_paths:\"x\", last_preserved_timestamp: -1e3";
    CheckpointState state = parse(text);
    assertThat(state.modelCheckpointPath()).isEqualTo("ab\u00e9\"");
    assertThat(state.allPaths()).containsExactly("x");
    assertThat(state.timestamps()).isEmpty();
    assertThat(state.lastPreserved()).hasValue(-1000);
  }

  @Property(tries = 300)
  void readsEveryPathItWrites(@ForAll String path) throws Exception {
    String sound = text(path.getBytes(StandardCharsets.UTF_8));
    CheckpointState state =
        new CheckpointState(sound, List.of(sound), List.of(), OptionalDouble.empty());
    assertThat(CheckpointState.parse("checkpoint", state.encode())).isEqualTo(state);
  }

  @Test
  void refusesDamageInWords() {
    for (String text : List.of("", "model_checkpoint_path", "model_checkpoint_path: \"a", "}{")) {
      assertThatThrownBy(() -> parse(text)).isInstanceOf(DamagedCheckpointException.class);
    }
  }

  @Test
  void survivesEveryTruncationAndMutation() {
    long seed = 3;
    Random random = new Random(seed);
    byte[] sound = STATE.encode();
    for (int round = 0; round < 5000; round++) {
      byte[] bytes = Arrays.copyOf(sound, random.nextInt(sound.length + 1));
      if (bytes.length > 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        CheckpointState.parse("checkpoint", bytes);
      } catch (DamagedCheckpointException e) {
        assertThat(e.file()).as("seed " + seed).isEqualTo("checkpoint");
      }
    }
  }

  private static CheckpointState parse(String text) throws DamagedCheckpointException {
    return CheckpointState.parse("checkpoint", text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
