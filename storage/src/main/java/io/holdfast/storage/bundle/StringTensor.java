package io.holdfast.storage.bundle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * How strings are stored.
 *
 * <pre>
 * length:varint[n] | masked_crc32c:u32le of the lengths | bytes of all strings
 * </pre>
 *
 * The lengths' checksum, and the entry's over the three parts, take each length as u32le (u64le if
 * it needs that), not as the varint stored.
 */
final class StringTensor {

  private static final long MAX_UINT32 = 0xffffffffL;

  /** The stored bytes of a string tensor, and the checksum that its entry has. */
  record Encoded(ByteBuffer bytes, int maskedCrc) {}

  private StringTensor() {}

  static Encoded encode(List<byte[]> strings) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CRC32C crc = new CRC32C();
    for (byte[] string : strings) {
      TableWriter.writeVarint(out, string.length);
      crc.update(fixed(string.length));
    }
    byte[] lengthsCrc = fixed(MaskedCrc32c.masked(crc) & MAX_UINT32);
    out.writeBytes(lengthsCrc);
    crc.update(lengthsCrc);
    for (byte[] string : strings) {
      out.writeBytes(string);
      crc.update(string);
    }
    return new Encoded(ByteBuffer.wrap(out.toByteArray()), MaskedCrc32c.masked(crc));
  }

  /** The strings of a piece with all checksums checked. */
  static List<byte[]> read(ShardReader shard, StoredSlice piece, String described, int count)
      throws IOException, DamagedCheckpointException {
    Decoder decoder = new Decoder(shard, described, piece.size(), count, true);
    shard.streamUnchecked(piece, described, decoder);
    shard.requireChecksum(piece, described, decoder.finish());
    return decoder.strings();
  }

  /** Checks lengths and checksums of a piece, of any size, in bounded memory. */
  static void check(ShardReader shard, StoredSlice piece, String described, long count)
      throws IOException, DamagedCheckpointException {
    Decoder decoder = new Decoder(shard, described, piece.size(), count, false);
    shard.streamUnchecked(piece, described, decoder);
    shard.requireChecksum(piece, described, decoder.finish());
  }

  /** What a checksum takes in for a length. */
  private static byte[] fixed(long length) {
    ByteBuffer bytes =
        ByteBuffer.allocate(length > MAX_UINT32 ? Long.BYTES : Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    return (length > MAX_UINT32 ? bytes.putLong(length) : bytes.putInt((int) length)).array();
  }

  /** Takes a piece's bytes in parts of any size. */
  private static final class Decoder implements ShardReader.Sink {

    private final ShardReader shard;
    private final String described;
    private final long size;
    private final long count;
    private final boolean keeps;
    private final CRC32C crc = new CRC32C();
    private final List<byte[]> strings = new ArrayList<>();
    private final ByteBuffer lengthsCrc =
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long lengthsRead;
    private long length;
    private int shift;
    private long contentBytes;
    private int filling;
    private int filled;

    Decoder(ShardReader shard, String described, long size, long count, boolean keeps) {
      this.shard = shard;
      this.described = described;
      this.size = size;
      this.count = count;
      this.keeps = keeps;
    }

    @Override
    public void accept(long offset, ByteBuffer part) throws DamagedCheckpointException {
      while (part.hasRemaining() && lengthsRead < count) {
        takeLengthByte(part.get());
      }
      while (part.hasRemaining() && lengthsCrc.hasRemaining()) {
        lengthsCrc.put(part.get());
        if (!lengthsCrc.hasRemaining()) {
          takeLengthsCrc(offset + part.position());
        }
      }
      crc.update(part.duplicate());
      if (keeps) {
        keep(part);
      }
    }

    private void takeLengthByte(byte next) throws DamagedCheckpointException {
      if (shift > 56) {
        throw malformed();
      }
      length |= (long) (next & 0x7f) << shift;
      shift += 7;
      if (next < 0) {
        return;
      }
      contentBytes += length;
      if (length > size || contentBytes > size) {
        throw malformed();
      }
      crc.update(fixed(length));
      if (keeps) {
        strings.add(new byte[(int) length]);
      }
      lengthsRead++;
      length = 0;
      shift = 0;
    }

    private void takeLengthsCrc(long contentStart) throws DamagedCheckpointException {
      if (lengthsCrc.getInt(0) != MaskedCrc32c.masked(crc)) {
        throw shard.damage("checksum of the string lengths of " + described + " does not match");
      }
      if (contentStart + contentBytes != size) {
        throw malformed();
      }
      crc.update(lengthsCrc.array());
    }

    private void keep(ByteBuffer part) {
      while (part.hasRemaining()) {
        byte[] string = strings.get(filling);
        int taken = Math.min(part.remaining(), string.length - filled);
        part.get(string, filled, taken);
        filled += taken;
        if (filled == string.length) {
          filling++;
          filled = 0;
        }
      }
    }

    int finish() throws DamagedCheckpointException {
      if (lengthsRead < count || lengthsCrc.hasRemaining()) {
        throw malformed();
      }
      return MaskedCrc32c.masked(crc);
    }

    List<byte[]> strings() {
      return strings;
    }

    private DamagedCheckpointException malformed() {
      return shard.damage("the strings of " + described + " do not fit their stored size");
    }
  }
}
