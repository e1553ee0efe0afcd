package io.holdfast.storage.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.xerial.snappy.Snappy;

/**
 * Reads a sorted string table (drawn at {@link TableWriter}) with blocks of any size, raw or
 * Snappy-compressed. Checks the magic, every block's checksum, the order of all keys, and each
 * length before anything is allocated for it.
 */
final class TableReader {

  /** One key with its value; keys strictly increase over a table. */
  static final class Entry {

    private final byte[] key;
    private final byte[] value;

    Entry(byte[] key, byte[] value) {
      this.key = key;
      this.value = value;
    }

    byte[] key() {
      return key;
    }

    byte[] value() {
      return value;
    }
  }

  /**
   * A file expands to at most this many times its bytes. Entries of sound indexes take some ten
   * times as much, compressed; Snappy can be made to give twenty-one times.
   */
  private static final long MAX_EXPANSION = 16;

  private static final long EXPANSION_ALLOWANCE_BYTES = 1 << 20;

  /** No index, however long, expands to more. */
  private static final long MAX_EXPANDED_BYTES = 1L << 30;

  /** Memory that an entry takes besides its key's and its value's bytes. */
  private static final int ENTRY_OVERHEAD_BYTES = 64;

  private record Handle(long offset, long size) {}

  private final String file;
  private final byte[] table;
  private final List<Entry> entries = new ArrayList<>();
  private long expansionBudget;

  private TableReader(String file, byte[] table) {
    this.file = file;
    this.table = table;
    this.expansionBudget =
        Math.min(MAX_EXPANSION * table.length + EXPANSION_ALLOWANCE_BYTES, MAX_EXPANDED_BYTES);
  }

  /** All entries of the table in order. */
  static List<Entry> read(String file, byte[] table) throws DamagedCheckpointException {
    return new TableReader(file, table).read();
  }

  private List<Entry> read() throws DamagedCheckpointException {
    if (table.length < TableWriter.FOOTER_BYTES) {
      throw damage("has " + table.length + " bytes and is too short to be an index");
    }
    ByteBuffer footer =
        ByteBuffer.wrap(table)
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(table.length - TableWriter.FOOTER_BYTES);
    if (footer.getLong(table.length - Long.BYTES) != TableWriter.MAGIC) {
      throw damage("does not end as an index does (cut off, or not an index)");
    }
    ByteCursor handles = new ByteCursor(file, footer);
    Handle metaindex = handle(handles);
    Handle index = handle(handles);
    block(metaindex);
    long end = 0;
    for (Entry blockEntry : contents(block(index))) {
      Handle data = handle(new ByteCursor(file, ByteBuffer.wrap(blockEntry.value())));
      if (data.offset() < end) {
        throw damage("blocks overlap at byte " + data.offset());
      }
      end = data.offset() + data.size() + TableWriter.BLOCK_TRAILER_BYTES;
      append(contents(block(data)), blockEntry.key());
    }
    return entries;
  }

  private void append(List<Entry> block, byte[] separator) throws DamagedCheckpointException {
    for (Entry entry : block) {
      byte[] previous = entries.isEmpty() ? null : entries.get(entries.size() - 1).key();
      if (previous != null && Arrays.compareUnsigned(previous, entry.key()) >= 0) {
        throw damage("keys are out of order");
      }
      if (Arrays.compareUnsigned(entry.key(), separator) > 0) {
        throw damage("a key lies in the wrong block");
      }
      entries.add(entry);
    }
  }

  private Handle handle(ByteCursor cursor) throws DamagedCheckpointException {
    long offset = cursor.varint64();
    long size = cursor.varint64();
    long room = (long) table.length - TableWriter.FOOTER_BYTES - TableWriter.BLOCK_TRAILER_BYTES;
    if (offset < 0 || size < 0 || offset > room || size > room - offset) {
      throw damage("a block is said to lie outside of the file");
    }
    return new Handle(offset, size);
  }

  /** The block's contents, checked against its checksum and decompressed. */
  private ByteBuffer block(Handle handle) throws DamagedCheckpointException {
    int offset = (int) handle.offset();
    int size = (int) handle.size();
    CRC32C crc = new CRC32C();
    crc.update(table, offset, size + 1);
    ByteBuffer trailer = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    if (trailer.getInt(offset + size + 1) != MaskedCrc32c.masked(crc)) {
      throw damage("checksum of the block at byte " + offset + " does not match");
    }
    byte type = table[offset + size];
    return switch (type) {
      case TableWriter.RAW -> ByteBuffer.wrap(table, offset, size).slice();
      case TableWriter.SNAPPY -> ByteBuffer.wrap(decompress(offset, size));
      default -> throw damage("unknown compression " + type + " of the block at byte " + offset);
    };
  }

  private byte[] decompress(int offset, int size) throws DamagedCheckpointException {
    try {
      int length = Snappy.uncompressedLength(table, offset, size);
      if (length < 0) {
        throw damage("a compressed block at byte " + offset + " has a negative length");
      }
      spend(length);
      byte[] contents = new byte[length];
      Snappy.uncompress(table, offset, size, contents, 0);
      return contents;
    } catch (IOException e) {
      throw damage("the compressed block at byte " + offset + " is malformed: " + e.getMessage());
    }
  }

  private List<Entry> contents(ByteBuffer block) throws DamagedCheckpointException {
    ByteCursor cursor = new ByteCursor(file, block.slice(0, entryBytes(block)));
    List<Entry> result = new ArrayList<>();
    byte[] previous = new byte[0];
    while (cursor.remaining() > 0) {
      long shared = cursor.varint64();
      if (shared < 0 || shared > previous.length) {
        throw damage("a key shares more bytes than the one before it has");
      }
      int unshared = cursor.length("key length");
      int valueLength = cursor.length("value length");
      spend(shared + unshared + valueLength + ENTRY_OVERHEAD_BYTES);
      byte[] key = Arrays.copyOf(previous, (int) shared + unshared);
      System.arraycopy(previous, 0, key, 0, (int) shared);
      cursor.copy(key, (int) shared);
      byte[] value = new byte[valueLength];
      cursor.copy(value, 0);
      if (!result.isEmpty() && Arrays.compareUnsigned(previous, key) >= 0) {
        throw damage("keys are out of order");
      }
      result.add(new Entry(key, value));
      previous = key;
    }
    return result;
  }

  /** Where the entries of a block end and its restart points begin. */
  private int entryBytes(ByteBuffer block) throws DamagedCheckpointException {
    int size = block.remaining();
    if (size < Integer.BYTES) {
      throw damage("a block is too short");
    }
    long restarts = block.order(ByteOrder.LITTLE_ENDIAN).getInt(size - Integer.BYTES) & 0xffffffffL;
    long end = size - Integer.BYTES - Integer.BYTES * restarts;
    if (restarts < 1 || end < 0) {
      throw damage("a block has an impossible number of restart points");
    }
    return (int) end;
  }

  private void spend(long bytes) throws DamagedCheckpointException {
    expansionBudget -= bytes;
    if (expansionBudget < 0) {
      throw damage("expands to more bytes than an index of its length can");
    }
  }

  private DamagedCheckpointException damage(String problem) {
    return new DamagedCheckpointException(file, problem);
  }
}
