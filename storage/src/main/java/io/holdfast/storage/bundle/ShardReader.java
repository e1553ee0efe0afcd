package io.holdfast.storage.bundle;

import io.holdfast.storage.store.ObjectReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** One open shard file; reads pieces and never lets bytes pass that fail their checksum. */
final class ShardReader implements Closeable {

  /** Pieces that are not read in one go are read in parts of this many bytes. */
  static final int BUFFER_BYTES = 1 << 20;

  /** Takes the bytes of a piece part by part; must not keep the buffer. */
  interface Sink {
    /** Takes {@code part}, which begins at {@code offset} of the piece. */
    void accept(long offset, ByteBuffer part) throws IOException, DamagedCheckpointException;
  }

  private final String file;
  private final ObjectReader object;
  private final long length;

  ShardReader(String file, ObjectReader object) throws IOException {
    this.file = file;
    this.object = object;
    this.length = object.length();
  }

  String file() {
    return file;
  }

  long length() {
    return length;
  }

  /** Reads a piece straight into {@code target}, which has exactly its size. */
  void read(StoredSlice piece, String described, ByteBuffer target)
      throws IOException, DamagedCheckpointException {
    requireInside(piece, described);
    CRC32C crc = new CRC32C();
    int end = target.limit();
    while (target.position() < end) {
      ByteBuffer part = target.slice(target.position(), Math.min(BUFFER_BYTES, target.remaining()));
      fill(piece.offset() + piece.size() - target.remaining(), part);
      crc.update(part.flip());
      target.position(target.position() + part.limit());
    }
    requireChecksum(piece, described, MaskedCrc32c.masked(crc));
  }

  /** Passes a piece's bytes through {@code sink}, front to back, then checks their checksum. */
  void stream(StoredSlice piece, String described, Sink sink)
      throws IOException, DamagedCheckpointException {
    CRC32C crc = new CRC32C();
    streamUnchecked(
        piece,
        described,
        (offset, part) -> {
          crc.update(part.duplicate());
          sink.accept(offset, part);
        });
    requireChecksum(piece, described, MaskedCrc32c.masked(crc));
  }

  /** Passes a piece's bytes through a {@code sink} that does its own checking. */
  void streamUnchecked(StoredSlice piece, String described, Sink sink)
      throws IOException, DamagedCheckpointException {
    requireInside(piece, described);
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(piece.size(), BUFFER_BYTES));
    for (long done = 0; done < piece.size(); done += buffer.limit()) {
      buffer.clear().limit((int) Math.min(piece.size() - done, buffer.capacity()));
      fill(piece.offset() + done, buffer);
      sink.accept(done, buffer.flip());
    }
  }

  void requireChecksum(StoredSlice piece, String described, int maskedCrc)
      throws DamagedCheckpointException {
    if (maskedCrc != piece.maskedCrc()) {
      throw damage(
          "checksum of %s does not match: stored %s, of the bytes read %s"
              .formatted(
                  described, MaskedCrc32c.hex(piece.maskedCrc()), MaskedCrc32c.hex(maskedCrc)));
    }
  }

  void requireInside(StoredSlice piece, String described) throws DamagedCheckpointException {
    if (piece.end() > length) {
      throw damage(
          "is cut off: it has %d bytes, and %s ends at byte %d"
              .formatted(length, described, piece.end()));
    }
  }

  DamagedCheckpointException damage(String problem) {
    return new DamagedCheckpointException(file, problem);
  }

  /** Fills {@code target} from the file; leaves its position at its limit. */
  void fill(long position, ByteBuffer target) throws IOException, DamagedCheckpointException {
    try {
      object.readFully(position, target);
    } catch (EOFException e) {
      throw damage("is cut off: it ends before byte " + (position + target.limit()));
    }
  }

  @Override
  public void close() throws IOException {
    object.close();
  }
}
