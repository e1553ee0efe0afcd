package io.holdfast.storage.bundle;

/**
 * Where one stored piece of a tensor lies, and the checksum of its bytes.
 *
 * @param slice which block of the tensor; the full slice for a tensor stored whole
 * @param shard number of the shard file, from 0
 * @param offset first byte in the shard file
 * @param size bytes
 * @param maskedCrc masked CRC-32C, see {@link MaskedCrc32c}
 */
public record StoredSlice(TensorSlice slice, int shard, long offset, long size, int maskedCrc) {

  public StoredSlice {
    if (shard < 0 || offset < 0 || size < 0 || offset + size < 0) {
      throw new IllegalArgumentException(
          "bad position: shard " + shard + ", offset " + offset + ", size " + size);
    }
  }

  /** The first byte behind this piece in its shard file. */
  public long end() {
    return offset + size;
  }
}
