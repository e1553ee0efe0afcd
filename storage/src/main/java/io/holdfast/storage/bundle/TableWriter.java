package io.holdfast.storage.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Builds a sorted string table, byte for byte as TensorFlow's own builder does: raw blocks of about
 * 256 KiB, a restart point every 16 entries.
 *
 * <pre>
 * table    := data_block* metaindex_block index_block footer
 * block    := contents | type:u8 = 0 | masked_crc32c:u32le          over contents and type
 * contents := entry* restart_offset:u32le[n] n:u32le
 * entry    := shared:varint unshared:varint value_length:varint key_suffix value
 * footer   := metaindex_handle index_handle, zeros up to 40 bytes, magic:u64le
 * handle   := offset:varint size:varint                             size without type and checksum
 * </pre>
 */
final class TableWriter {

  static final long MAGIC = 0xdb4775248b80fb57L;
  static final int FOOTER_BYTES = 48;
  static final int BLOCK_TRAILER_BYTES = 5;
  static final byte RAW = 0;
  static final byte SNAPPY = 1;

  private static final int HANDLES_BYTES = 40;
  private static final int DATA_RESTART_INTERVAL = 16;
  private static final int INDEX_RESTART_INTERVAL = 1;

  private final int blockTargetBytes;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Block index = new Block(INDEX_RESTART_INTERVAL);
  private Block data = new Block(DATA_RESTART_INTERVAL);
  private byte[] lastKey = new byte[0];
  private byte[] pendingHandle;

  /** A table with TensorFlow's block size. */
  TableWriter() {
    this(262144);
  }

  TableWriter(int blockTargetBytes) {
    this.blockTargetBytes = blockTargetBytes;
  }

  /** Appends an entry; keys come strictly increasing in unsigned byte order. */
  void add(byte[] key, byte[] value) {
    boolean first = data.isEmpty() && pendingHandle == null && out.size() == 0;
    if (!first && Arrays.compareUnsigned(lastKey, key) >= 0) {
      throw new IllegalStateException("keys of a table must increase");
    }
    if (!data.isEmpty() && key.length + value.length >= 2L * blockTargetBytes) {
      flushData();
    }
    if (pendingHandle != null) {
      index.add(separator(lastKey, key), pendingHandle);
      pendingHandle = null;
    }
    data.add(key, value);
    lastKey = key;
    if (data.bytes() >= blockTargetBytes) {
      flushData();
    }
  }

  /** The whole table; nothing can be added after it. */
  byte[] finish() {
    if (!data.isEmpty()) {
      flushData();
    }
    byte[] metaindex = append(new Block(DATA_RESTART_INTERVAL));
    if (pendingHandle != null) {
      index.add(successor(lastKey), pendingHandle);
    }
    byte[] indexHandle = append(index);
    ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    footer.put(metaindex).put(indexHandle).position(HANDLES_BYTES);
    footer.putLong(MAGIC);
    out.writeBytes(footer.array());
    return out.toByteArray();
  }

  private void flushData() {
    pendingHandle = append(data);
    data = new Block(DATA_RESTART_INTERVAL);
  }

  private byte[] append(Block block) {
    byte[] contents = block.contents();
    ByteArrayOutputStream handle = new ByteArrayOutputStream();
    writeVarint(handle, out.size());
    writeVarint(handle, contents.length);
    out.writeBytes(contents);
    out.write(RAW);
    CRC32C crc = new CRC32C();
    crc.update(contents);
    crc.update(RAW);
    writeInt(out, MaskedCrc32c.masked(crc));
    return handle.toByteArray();
  }

  /** The shortest key by TensorFlow's rule that is at least {@code last} and below {@code next}. */
  static byte[] separator(byte[] last, byte[] next) {
    int at = Arrays.mismatch(last, next);
    if (at < 0 || at >= last.length || at >= next.length) {
      return last;
    }
    int differing = last[at] & 0xff;
    if (differing == 0xff || differing + 1 >= (next[at] & 0xff)) {
      return last;
    }
    return incrementedAt(last, at);
  }

  /** The shortest key by TensorFlow's rule that is at least {@code last}. */
  static byte[] successor(byte[] last) {
    for (int at = 0; at < last.length; at++) {
      if (last[at] != (byte) 0xff) {
        return incrementedAt(last, at);
      }
    }
    return last;
  }

  private static byte[] incrementedAt(byte[] key, int at) {
    byte[] shortened = Arrays.copyOf(key, at + 1);
    shortened[at]++;
    return shortened;
  }

  static void writeVarint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  static void writeInt(ByteArrayOutputStream out, int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      out.write(value >>> shift);
    }
  }

  /** One block being filled. */
  private static final class Block {

    private final int restartInterval;
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final ByteArrayOutputStream restarts = new ByteArrayOutputStream();
    private int restartCount = 1;
    private int sinceRestart;
    private byte[] previous = new byte[0];

    Block(int restartInterval) {
      this.restartInterval = restartInterval;
      writeInt(restarts, 0);
    }

    boolean isEmpty() {
      return entries.size() == 0;
    }

    int bytes() {
      return entries.size() + restarts.size() + Integer.BYTES;
    }

    void add(byte[] key, byte[] value) {
      int shared = 0;
      if (sinceRestart < restartInterval) {
        int mismatch = Arrays.mismatch(previous, key);
        shared = mismatch < 0 ? key.length : mismatch;
      } else {
        writeInt(restarts, entries.size());
        restartCount++;
        sinceRestart = 0;
      }
      writeVarint(entries, shared);
      writeVarint(entries, key.length - shared);
      writeVarint(entries, value.length);
      entries.write(key, shared, key.length - shared);
      entries.writeBytes(value);
      previous = key;
      sinceRestart++;
    }

    byte[] contents() {
      ByteArrayOutputStream contents = new ByteArrayOutputStream(bytes());
      contents.writeBytes(entries.toByteArray());
      contents.writeBytes(restarts.toByteArray());
      writeInt(contents, restartCount);
      return contents.toByteArray();
    }
  }
}
