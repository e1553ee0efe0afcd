package io.holdfast.storage.parity;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.MaskedCrc32c;
import io.holdfast.storage.bundle.ObjectOpener;
import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes the parity file of a checkpoint that was found whole, in bounded memory. */
public final class ParityWriter {
  private ParityWriter() {}

  /** Streams the parity of the checkpoint's files to {@code out}; neither syncs nor closes it. */
  public static void write(BundleFiles files, ObjectOpener objects, ObjectWriter out)
      throws IOException, DamagedCheckpointException {
    byte[] index = BundleReader.readIndex(files, objects);
    int shards = BundleIndex.parse(files.index(), index).shards();
    try (ShardFiles open = ShardFiles.open(files, shards, objects)) {
      ParityHeader header =
          new ParityHeader(open.lengths(), index.length, MaskedCrc32c.of(ByteBuffer.wrap(index)));
      out.write(header.encode());
      out.write(ByteBuffer.wrap(index));
      Xor xor = new Xor();
      for (long at = 0; at < header.parityBytes(); at += ParityHeader.CHUNK_BYTES) {
        xor.clear((int) Math.min(ParityHeader.CHUNK_BYTES, header.parityBytes() - at));
        open.addTo(xor, at);
        ByteBuffer crc = ParityHeader.littleEndian(Integer.BYTES);
        crc.putInt(0, MaskedCrc32c.of(xor.bytes()));
        out.write(xor.bytes());
        out.write(crc);
      }
    }
  }
}
