package io.holdfast.storage.bundle;

/**
 * What the writer of a shard file reports of one piece that it wrote: all that an index needs to
 * know, and none of the bytes.
 *
 * @param name the tensor's key
 * @param dtype element type
 * @param shape shape of the whole tensor
 * @param slice which block of it was written
 * @param offset first byte in the shard file
 * @param size bytes
 * @param maskedCrc masked CRC-32C of the bytes, taken from memory
 */
public record WrittenPiece(
    String name,
    DataType dtype,
    TensorShape shape,
    TensorSlice slice,
    long offset,
    long size,
    int maskedCrc) {

  public WrittenPiece {
    if (offset < 0 || size < 0 || offset + size < 0) {
      throw new IllegalArgumentException(
          "bad position of \"" + name + "\": offset " + offset + ", size " + size);
    }
    slice.shapeIn(shape);
  }

  /** The same piece as that of a tensor of another name. */
  public WrittenPiece renamed(String other) {
    return new WrittenPiece(other, dtype, shape, slice, offset, size, maskedCrc);
  }

  /** The stored piece, now that the number of its shard file is known. */
  StoredSlice inShard(int shard) {
    return new StoredSlice(slice.canonicalIn(shape), shard, offset, size, maskedCrc);
  }
}
