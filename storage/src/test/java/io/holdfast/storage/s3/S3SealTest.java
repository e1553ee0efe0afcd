package io.holdfast.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3SealTest {
  private static final String STATE = "model_checkpoint_path: \"ckpt-t1r1-100\"\n";

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "x\n", STATE, "\n# holdfast term 3\n", "# holdfast term 3\n"})
  void aTextIsShownAsItWasGiven(String text) {
    byte[] stored = S3Seal.with(text.getBytes(UTF_8), 12);
    assertThat(new String(S3Seal.without(stored), UTF_8)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n", "7\n", STATE, "\n# holdfast term \n", "\n# holdfast term 7", "# 7\n"})
  void aTextWithoutATermIsShownAsItIs(String stored) {
    assertThat(new String(S3Seal.without(stored.getBytes(UTF_8)), UTF_8)).isEqualTo(stored);
  }

  @Test
  void theTermIsACommentToReadersOfTheText() throws DamagedCheckpointException {
    byte[] stored = S3Seal.with(STATE.getBytes(UTF_8), 12);
    assertThat(CheckpointState.parse("checkpoint", stored).modelCheckpointPath())
        .isEqualTo("ckpt-t1r1-100");
  }
}
