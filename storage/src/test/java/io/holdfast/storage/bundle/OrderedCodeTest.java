package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.TensorSlice.Extent;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slice keys are TensorFlow's, byte for byte. */
class OrderedCodeTest {

  @ParameterizedTest
  @CsvSource({
    "0,80",
    "3,83",
    "63,bf",
    "64,c040",
    "100,c064",
    "8191,dfff",
    "8192,e02000",
    "1048576,f0100000",
    "-1,7f",
    "2000000,f01e8480",
    "1000000,ef4240",
    "9223372036854775807,ffc07fffffffffffffff",
    "4611686018427387903,ffbfffffffffffffff",
    "36028797018963967,ff7fffffffffffff",
  })
  void encodesSignedNumbers(long value, String hex) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OrderedCode.appendSigned(out, value);
    assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo(hex);
  }

  @Test
  void escapesZerosInNames() {
    assertThat(OrderedCode.sliceKey("a\0b", TensorSlice.full(0)))
        .containsExactly(0, 'a', 0, -1, 'b', 0, 1, 0);
  }

  @Test
  void encodesASliceOfAMatrix() {
    TensorSlice slice = new TensorSlice(List.of(new Extent(0, 2), new Extent(100, 100)));
    assertThat(HexFormat.of().formatHex(OrderedCode.sliceKey("grid", slice)))
        .isEqualTo("0067726964000101028082c064c064");
  }
}
