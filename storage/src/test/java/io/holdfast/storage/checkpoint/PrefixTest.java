package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {

  @Test
  void isItsText() {
    Prefix prefix = new Prefix(12, 0, 3456);
    assertThat(prefix).hasToString("ckpt-t12r0-3456");
    assertThat(Prefix.parse("ckpt-t12r0-3456")).contains(prefix);
    assertThat(prefix.files().index()).isEqualTo("ckpt-t12r0-3456.index");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ckpt-3",
        "ckpt-t0r1-3",
        "ckpt-t01r1-3",
        "ckpt-t1r1-03",
        "ckpt-t1r1-",
        "ckpt-t1r1-3 ",
        "ckpt-t1r-1-3",
        "xckpt-t1r1-3",
        "ckpt-t1r1-3.index",
        "ckpt-t1r1-9999999999999999999"
      })
  void otherTextsAreNone(String text) {
    assertThat(Prefix.parse(text)).isEmpty();
  }

  @Test
  void refusesWhatItCannotWrite() {
    assertThatThrownBy(() -> new Prefix(0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Prefix(1, -1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Prefix(1, 0, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void laterStepsComeLater() {
    List<String> sorted =
        Stream.of("ckpt-t1r9-20", "ckpt-t2r0-3", "ckpt-t1r2-3", "ckpt-t1r1-100")
            .map(text -> Prefix.parse(text).orElseThrow())
            .sorted()
            .map(Prefix::toString)
            .toList();
    assertThat(sorted)
        .containsExactly("ckpt-t1r2-3", "ckpt-t2r0-3", "ckpt-t1r9-20", "ckpt-t1r1-100");
  }
}
