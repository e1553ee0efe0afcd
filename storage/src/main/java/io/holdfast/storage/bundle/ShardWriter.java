package io.holdfast.storage.bundle;

import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes one shard file: pieces one behind the other, each checksummed from the memory that is
 * handed in, on its way to the file. Neither syncs nor closes the file. For use by one thread.
 */
public final class ShardWriter {

  /** Bytes that are checksummed and written in one go, so that they are still in the cache. */
  private static final int CHUNK_BYTES = 1 << 20;

  private final ObjectWriter out;

  /** Writes to {@code out} from its current position on. */
  public ShardWriter(ObjectWriter out) {
    this.out = out;
  }

  /**
   * Appends one block of a tensor.
   *
   * @param name the tensor's key
   * @param dtype element type, of fixed size
   * @param shape shape of the whole tensor
   * @param slice which block of it
   * @param bytes the block, row-major and little endian, from position to limit; left unmoved
   * @return what the index needs to know of the piece
   */
  public WrittenPiece append(
      String name, DataType dtype, TensorShape shape, TensorSlice slice, ByteBuffer bytes)
      throws IOException {
    long size = slice.shapeIn(shape).elements() * dtype.bytes();
    if (!dtype.hasFixedSize() || bytes.remaining() != size) {
      throw new IllegalArgumentException(
          "%d bytes for \"%s\", %s of shape %s, slice %s"
              .formatted(bytes.remaining(), name, dtype, shape, slice));
    }
    long offset = out.position();
    CRC32C crc = new CRC32C();
    ByteBuffer rest = bytes.duplicate();
    while (rest.hasRemaining()) {
      ByteBuffer chunk = rest.slice(rest.position(), Math.min(CHUNK_BYTES, rest.remaining()));
      rest.position(rest.position() + chunk.remaining());
      crc.update(chunk.duplicate());
      out.write(chunk);
    }
    return new WrittenPiece(name, dtype, shape, slice, offset, size, MaskedCrc32c.masked(crc));
  }

  /**
   * Appends a whole tensor; see {@link #append(String, DataType, TensorShape, TensorSlice,
   * ByteBuffer)}.
   */
  public WrittenPiece append(String name, DataType dtype, TensorShape shape, ByteBuffer bytes)
      throws IOException {
    return append(name, dtype, shape, TensorSlice.full(shape.rank()), bytes);
  }

  /**
   * Appends a piece of another checkpoint as it is stored, of any size in bounded memory; its
   * checksum is checked on the way.
   *
   * @param source the checkpoint that has it, little endian
   */
  public WrittenPiece appendStored(BundleReader source, BundleEntry entry, StoredSlice piece)
      throws IOException, DamagedCheckpointException {
    long offset = out.position();
    source.stream(entry, piece, (at, part) -> out.write(part));
    return new WrittenPiece(
        entry.name(),
        entry.dtype(),
        entry.shape(),
        piece.slice(),
        offset,
        piece.size(),
        piece.maskedCrc());
  }

  /** Appends a tensor of strings, given in row-major order. */
  public WrittenPiece appendStrings(String name, TensorShape shape, List<byte[]> strings)
      throws IOException {
    if (strings.size() != shape.elements()) {
      throw new IllegalArgumentException(
          strings.size() + " strings for \"" + name + "\" of shape " + shape);
    }
    StringTensor.Encoded encoded = StringTensor.encode(strings);
    long offset = out.position();
    int size = encoded.bytes().remaining();
    out.write(encoded.bytes());
    return new WrittenPiece(
        name,
        DataType.STRING,
        shape,
        TensorSlice.full(shape.rank()),
        offset,
        size,
        encoded.maskedCrc());
  }

  /** Appends a scalar string, such as the object graph. */
  public WrittenPiece appendString(String name, byte[] string) throws IOException {
    return appendStrings(name, TensorShape.SCALAR, List.of(string));
  }

  /** Appends a scalar string of text, as UTF-8. */
  public WrittenPiece appendString(String name, String text) throws IOException {
    return appendString(name, text.getBytes(StandardCharsets.UTF_8));
  }
}
