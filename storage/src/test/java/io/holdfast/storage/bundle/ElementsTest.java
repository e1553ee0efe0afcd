package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ElementsTest {

  /** What TensorFlow 2.18 wrote of values that its description states. */
  @Test
  void readsEveryTypeOfTheGoldenFile() throws Exception {
    Path golden = Path.of("src/test/resources/golden/tf218/dtypes");
    try (BundleReader reader =
        BundleReader.open(new BundleFiles("ckpt"), MemoryObjects.of(golden))) {
      assertThat(values(reader, "bf16")).containsExactly(1f, -2f, 0.15625f);
      assertThat(values(reader, "f16")).containsExactly(1f, -2f, 0.15625f);
      assertThat(values(reader, "bool")).containsExactly(true, false, true);
      assertThat(values(reader, "f32")).containsExactly(1f, 2f, 3f, 4f, 5f, 6f);
      assertThat(values(reader, "f64")).containsExactly(1.5, -2.5, Math.PI);
      assertThat(values(reader, "i32")).containsExactly(1L, -1L, 2147483647L);
      assertThat(values(reader, "i64")).containsExactly(1L, -1L, Long.MIN_VALUE);
      assertThat(values(reader, "u8")).containsExactly(0L, 127L, 255L);
      assertThat(values(reader, "scalar_f32")).containsExactly(42f);
      assertThat(values(reader, "weird/na.me/.ATTRIBUTES/VARIABLE_VALUE")).containsExactly(-0f);
      assertThat(values(reader, "empty_0x3")).isEmpty();
    }
  }

  private static List<Object> values(BundleReader reader, String name) throws Exception {
    return values(reader.index().entry(name).orElseThrow().dtype(), reader.read(name));
  }

  private static List<Object> values(DataType dtype, ByteBuffer bytes) {
    Elements elements = new Elements(dtype, bytes);
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < elements.count(); i++) {
      values.add(elements.value(i));
    }
    return values;
  }

  private static ByteBuffer hex(String bytes) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(bytes));
  }

  @Test
  void readsIntegersWithAndWithoutSign() {
    assertThat(values(DataType.INT8, hex("ff80"))).containsExactly(-1L, -128L);
    assertThat(values(DataType.UINT16, hex("ffff0080"))).containsExactly(65535L, 32768L);
    assertThat(values(DataType.UINT32, hex("ffffffff"))).containsExactly(4294967295L);
    assertThat(values(DataType.UINT64, hex("ffffffffffffffff0100000000000000")))
        .containsExactly(new BigInteger("18446744073709551615"), 1L);
    assertThat(values(DataType.INT4, hex("0f07"))).containsExactly(-1L, 7L);
    assertThat(values(DataType.UINT4, hex("0f07"))).containsExactly(15L, 7L);
  }

  /** Limits of the formats as OCP and IEEE 754 state them. */
  @Test
  void readsSmallFloats() {
    assertThat(values(DataType.HALF, hex("ff7b0100007c00fc017e0080")))
        .containsExactly(
            65504f,
            (float) Math.pow(2, -24),
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            -0f);
    assertThat(values(DataType.FLOAT8_E4M3FN, hex("7e7f0178")))
        .containsExactly(448f, Float.NaN, 0.001953125f, 256f);
    assertThat(values(DataType.FLOAT8_E5M2, hex("7b7c7e01")))
        .containsExactly(57344f, Float.POSITIVE_INFINITY, Float.NaN, (float) Math.pow(2, -16));
    assertThat(values(DataType.FLOAT8_E4M3FNUZ, hex("7f80"))).containsExactly(240f, Float.NaN);
    assertThat(values(DataType.FLOAT8_E5M2FNUZ, hex("7f80"))).containsExactly(57344f, Float.NaN);
    assertThat(values(DataType.FLOAT8_E4M3B11FNUZ, hex("7f80"))).containsExactly(30f, Float.NaN);
  }

  @Test
  void readsComplexNumbers() {
    Elements elements = new Elements(DataType.COMPLEX64, hex("00004040000080c0"));
    assertThat(elements.value(0))
        .isEqualTo(new Elements.Complex(3f, -4f))
        .hasToString("(3.0-4.0j)");
    assertThat(elements.number(0)).isEqualTo(5);
  }

  @Test
  void integersDifferExactly() {
    ByteBuffer a = longs(Long.MAX_VALUE, 1L << 60, Long.MIN_VALUE);
    ByteBuffer b = longs(Long.MAX_VALUE, (1L << 60) + 1, Long.MAX_VALUE);
    ElementDistance distance = new ElementDistance(DataType.INT64, a, b);
    assertThat(distance.isSame(0)).isTrue();
    assertThat(distance.isSame(1)).isFalse();
    assertThat(distance.absolute(1)).isEqualTo(1);
    assertThat(distance.absolute(2)).isEqualTo(Math.pow(2, 64));
    assertThat(new ElementDistance(DataType.UINT64, a, b).absolute(2)).isEqualTo(1);
  }

  private static ByteBuffer longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return bytes.flip();
  }

  @Test
  void statisticsAreThoseOfNumPy() {
    TensorStatistics statistics = new TensorStatistics();
    ByteBuffer bytes = ByteBuffer.allocate(7 * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : new float[] {0, 1, 2, 5, -0f, Float.NaN, Float.NEGATIVE_INFINITY}) {
      bytes.putFloat(value);
    }
    statistics.add(new Elements(DataType.FLOAT, bytes.flip()));
    assertThat(statistics.min()).hasValue(0);
    assertThat(statistics.max()).hasValue(5);
    assertThat(statistics.mean()).hasValue(1.6);
    // numpy.std([0, 1, 2, 5, -0.])
    assertThat(statistics.std().orElseThrow()).isCloseTo(1.8547236990991407, within(1e-12));
    assertThat(statistics.zeros()).isEqualTo(2);
    assertThat(statistics.nans()).isEqualTo(1);
    assertThat(statistics.infinities()).isEqualTo(1);
    assertThat(new TensorStatistics().mean()).isEqualTo(OptionalDouble.empty());
  }
}
