package io.holdfast.storage.parity;

import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.MaskedCrc32c;
import io.holdfast.storage.store.ObjectReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a parity file says of itself. The file {@code PREFIX.parity} is, all numbers little endian:
 *
 * <pre>
 *   bytes          what
 *   8              "HFPARITY"
 *   4              version of the layout: 1
 *   4              N, number of the checkpoint's shard files
 *   8              I, bytes of its index file
 *   4              masked CRC-32C of the index file
 *   8 x N          bytes of each shard file, in order of number
 *   4              masked CRC-32C of everything so far
 *   I              copy of the index file
 *   then for each MiB of the longest shard file, the last one shorter:
 *   c              exclusive or of the c bytes that each shard file has there, zeros behind its end
 *   4              masked CRC-32C of those c bytes
 * </pre>
 *
 * With one shard file the exclusive or is a full copy of it.
 *
 * @param shardLengths bytes of each shard file
 * @param indexLength bytes of the index file
 * @param indexCrc masked CRC-32C of the index file
 */
record ParityHeader(List<Long> shardLengths, int indexLength, int indexCrc) {

  /** Bytes that have one checksum. */
  static final int CHUNK_BYTES = 1 << 20;

  /** Bytes of one shard file at most: positions in a parity file stay countable. */
  private static final long MAX_SHARD_BYTES = 1L << 60;

  /** Shard files of one checkpoint. */
  static final int MAX_SHARDS = 1 << 16;

  private static final long MAGIC =
      ByteBuffer.wrap(new byte[] {'H', 'F', 'P', 'A', 'R', 'I', 'T', 'Y'})
          .order(ByteOrder.LITTLE_ENDIAN)
          .getLong();
  private static final int VERSION = 1;
  private static final int FIXED_BYTES = 8 + 4 + 4 + 8 + 4;

  ParityHeader {
    shardLengths = List.copyOf(shardLengths);
    boolean lengthsFit =
        shardLengths.stream().allMatch(length -> length >= 0 && length <= MAX_SHARD_BYTES);
    boolean countFits = !shardLengths.isEmpty() && shardLengths.size() <= MAX_SHARDS;
    if (!lengthsFit || !countFits || indexLength < 0 || indexLength > BundleIndex.MAX_INDEX_BYTES) {
      throw new IllegalArgumentException(
          shardLengths.size() + " shard files and an index of " + indexLength + " bytes");
    }
  }

  /** Bytes of the longest shard file: so many the exclusive or has. */
  long parityBytes() {
    return shardLengths.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** Where the copy of the index begins. */
  long indexOffset() {
    return FIXED_BYTES + 8L * shardLengths.size() + Integer.BYTES;
  }

  /** Where the parity of the shard files' byte {@code position}, a multiple of a chunk, begins. */
  long chunkOffset(long position) {
    return indexOffset() + indexLength + position + position / CHUNK_BYTES * Integer.BYTES;
  }

  /** Bytes of the whole parity file. */
  long fileBytes() {
    long chunks = (parityBytes() + CHUNK_BYTES - 1) / CHUNK_BYTES;
    return indexOffset() + indexLength + parityBytes() + chunks * Integer.BYTES;
  }

  ByteBuffer encode() {
    ByteBuffer bytes = littleEndian((int) indexOffset());
    bytes.putLong(MAGIC).putInt(VERSION).putInt(shardLengths.size());
    bytes.putLong(indexLength).putInt(indexCrc);
    shardLengths.forEach(bytes::putLong);
    bytes.putInt(MaskedCrc32c.of(bytes.duplicate().flip()));
    return bytes.flip();
  }

  /** Reads a header; nothing in it is trusted before its checksum fits. */
  static ParityHeader read(String file, ObjectReader object)
      throws IOException, DamagedCheckpointException {
    ByteBuffer fixed = fill(file, object, 0, FIXED_BYTES);
    int shards = fixed.getInt(12);
    if (fixed.getLong(0) != MAGIC || fixed.getInt(8) != VERSION) {
      throw new DamagedCheckpointException(file, "is no parity file of a known version");
    }
    if (shards < 1 || shards > MAX_SHARDS) {
      throw new DamagedCheckpointException(file, "has an impossible header");
    }
    int bytes = FIXED_BYTES + 8 * shards;
    ByteBuffer all = fill(file, object, 0, bytes + Integer.BYTES);
    if (MaskedCrc32c.of(all.duplicate().limit(bytes)) != all.getInt(bytes)) {
      throw new DamagedCheckpointException(file, "has a header whose checksum does not match");
    }
    List<Long> lengths = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      lengths.add(all.getLong(FIXED_BYTES + 8 * shard));
    }
    try {
      return new ParityHeader(lengths, Math.toIntExact(all.getLong(16)), all.getInt(24));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new DamagedCheckpointException(file, "has an impossible header: " + e.getMessage());
    }
  }

  static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** So many bytes from a position on, ready to be read. */
  static ByteBuffer fill(String file, ObjectReader object, long position, int count)
      throws IOException, DamagedCheckpointException {
    ByteBuffer bytes = littleEndian(count);
    try {
      object.readFully(position, bytes);
    } catch (EOFException e) {
      throw new DamagedCheckpointException(file, "is cut off before byte " + (position + count));
    }
    return bytes.flip();
  }
}
