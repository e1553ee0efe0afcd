package io.holdfast.storage.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/** The sorted string table: blocks of any size and compression are read, bad ones refused. */
class TableTest {

  private static final HexFormat HEX = HexFormat.of();

  @Property(tries = 200)
  void readsWhatItWrites(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int target)
      throws Exception {
    Map<byte[], byte[]> entries = randomEntries(new Random(seed));
    TableWriter writer = new TableWriter(target);
    entries.forEach(writer::add);
    assertThat(TableReader.read("t", writer.finish()))
        .extracting(e -> HEX.formatHex(e.key()) + "=" + HEX.formatHex(e.value()))
        .containsExactlyElementsOf(
            entries.entrySet().stream()
                .map(e -> HEX.formatHex(e.getKey()) + "=" + HEX.formatHex(e.getValue()))
                .toList());
  }

  private static Map<byte[], byte[]> randomEntries(Random random) {
    Map<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    int count = random.nextInt(200);
    for (int i = 0; i < count; i++) {
      byte[] key = new byte[random.nextInt(6)];
      for (int j = 0; j < key.length; j++) {
        key[j] = (byte) (random.nextBoolean() ? 0xff : random.nextInt(3));
      }
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      entries.put(key, value);
    }
    return entries;
  }

  @Test
  void readsSnappyBlocks() throws Exception {
    TableWriter writer = new TableWriter(4096);
    TreeMap<String, String> expected = new TreeMap<>();
    for (int i = 0; i < 1000; i++) {
      expected.put(String.format("variable/%05d/kernel", i), "value " + i % 7);
    }
    expected.forEach((key, value) -> writer.add(bytes(key), bytes(value)));
    byte[] compressed = compressed(writer.finish());
    TreeMap<String, String> read = new TreeMap<>();
    TableReader.read("t", compressed)
        .forEach(e -> read.put(new String(e.key(), StandardCharsets.UTF_8), text(e.value())));
    assertThat(read).isEqualTo(expected);
  }

  @Test
  void refusesASnappyBlockThatClaimsToBeHuge() {
    ByteArrayOutputStream claim = new ByteArrayOutputStream();
    TableWriter.writeVarint(claim, Integer.MAX_VALUE);
    claim.write(0);
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    byte[] data = block(claim.toByteArray(), TableWriter.SNAPPY);
    table.writeBytes(data);
    byte[] handle = handle(0, data.length - TableWriter.BLOCK_TRAILER_BYTES);
    byte[] index = block(contents(new byte[] {'x'}, handle), TableWriter.RAW);
    table.writeBytes(index);
    table.writeBytes(footer(data.length, index.length));
    assertThatThrownBy(() -> TableReader.read("t", table.toByteArray()))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("expands to more bytes");
  }

  @Test
  void shortensKeysAsTensorFlowDoes() {
    assertThat(text(TableWriter.separator(bytes("abcd"), bytes("abzz")))).isEqualTo("abd");
    assertThat(text(TableWriter.separator(bytes("abc"), bytes("abd")))).isEqualTo("abc");
    assertThat(text(TableWriter.separator(bytes("ab"), bytes("abc")))).isEqualTo("ab");
    assertThat(text(TableWriter.successor(bytes("w")))).isEqualTo("x");
    assertThat(TableWriter.successor(new byte[] {-1, 1, 5})).containsExactly(-1, 2);
    assertThat(TableWriter.successor(new byte[] {-1, -1})).containsExactly(-1, -1);
  }

  /** The same table with every block compressed, its footer and index mended. */
  private static byte[] compressed(byte[] table) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteCursor footer =
        new ByteCursor("t", ByteBuffer.wrap(table, table.length - TableWriter.FOOTER_BYTES, 40));
    footer.varint64();
    footer.varint64();
    int indexOffset = (int) footer.varint64();
    int indexSize = (int) footer.varint64();
    ByteArrayOutputStream entries = new ByteArrayOutputStream();
    ByteCursor index = new ByteCursor("t", ByteBuffer.wrap(table, indexOffset, indexSize - 4));
    int count =
        ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).getInt(indexOffset + indexSize - 4);
    for (int i = 0; i < count; i++) {
      assertThat(index.varint64()).isZero();
      byte[] key = new byte[(int) index.varint64()];
      index.varint64();
      index.copy(key, 0);
      int offset = (int) index.varint64();
      int size = (int) index.varint64();
      byte[] block =
          block(
              Snappy.compress(Arrays.copyOfRange(table, offset, offset + size)),
              TableWriter.SNAPPY);
      byte[] handle = handle(out.size(), block.length - TableWriter.BLOCK_TRAILER_BYTES);
      out.writeBytes(block);
      TableWriter.writeVarint(entries, 0);
      TableWriter.writeVarint(entries, key.length);
      TableWriter.writeVarint(entries, handle.length);
      entries.writeBytes(key);
      entries.writeBytes(handle);
    }
    TableWriter.writeInt(entries, 0);
    TableWriter.writeInt(entries, 1);
    byte[] indexBlock = block(Snappy.compress(entries.toByteArray()), TableWriter.SNAPPY);
    int at = out.size();
    out.writeBytes(indexBlock);
    out.writeBytes(footer(at, indexBlock.length));
    return out.toByteArray();
  }

  private static byte[] contents(byte[] key, byte[] value) {
    ByteArrayOutputStream contents = new ByteArrayOutputStream();
    TableWriter.writeVarint(contents, 0);
    TableWriter.writeVarint(contents, key.length);
    TableWriter.writeVarint(contents, value.length);
    contents.writeBytes(key);
    contents.writeBytes(value);
    TableWriter.writeInt(contents, 0);
    TableWriter.writeInt(contents, 1);
    return contents.toByteArray();
  }

  private static byte[] block(byte[] contents, byte type) {
    CRC32C crc = new CRC32C();
    crc.update(contents);
    crc.update(type);
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(contents);
    block.write(type);
    TableWriter.writeInt(block, MaskedCrc32c.masked(crc));
    return block.toByteArray();
  }

  private static byte[] handle(long offset, long size) {
    ByteArrayOutputStream handle = new ByteArrayOutputStream();
    TableWriter.writeVarint(handle, offset);
    TableWriter.writeVarint(handle, size);
    return handle.toByteArray();
  }

  /** A footer that takes the index block for the metaindex too, which nobody reads. */
  private static byte[] footer(int indexOffset, int indexBytes) {
    byte[] handle = handle(indexOffset, indexBytes - TableWriter.BLOCK_TRAILER_BYTES);
    return ByteBuffer.allocate(TableWriter.FOOTER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(handle)
        .put(handle)
        .putLong(40, TableWriter.MAGIC)
        .array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
