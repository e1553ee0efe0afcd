package io.holdfast.storage.archive;

import com.github.luben.zstd.ZstdOutputStream;
import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.StoredCheckpoint;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes the files of a checkpoint into an archive, as they are: whether they are whole is told by
 * reading the archive back. The same checkpoint gives the same bytes. For use by one thread.
 */
public final class ArchiveWriter implements Closeable {

  /** Zstandard's default: values of variables gain little from a higher one. */
  private static final int LEVEL = 3;

  private static final int BUFFER_BYTES = 1 << 20;

  private final TarArchiveOutputStream tar;

  private ArchiveWriter(OutputStream out) throws IOException {
    tar = new TarArchiveOutputStream(new ZstdOutputStream(out, LEVEL).setChecksum(true), "UTF-8");
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
  }

  /**
   * Writes a whole archive and closes {@code out}.
   *
   * @param index the checkpoint's index, read before
   * @throws DamagedCheckpointException if one of its files is missing
   */
  public static void write(
      ObjectStore store, StoredCheckpoint checkpoint, BundleIndex index, OutputStream out)
      throws IOException, DamagedCheckpointException {
    BundleFiles files = checkpoint.prefix().files();
    try (ArchiveWriter archive = new ArchiveWriter(out)) {
      archive.add(store, files.index(), checkpoint.time());
      for (int shard = 0; shard < index.shards(); shard++) {
        archive.add(store, files.shard(shard, index.shards()), checkpoint.time());
      }
    }
  }

  private void add(ObjectStore store, String name, Instant time)
      throws IOException, DamagedCheckpointException {
    try (ObjectReader object = store.open(name)) {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(object.length());
      entry.setModTime(time.toEpochMilli());
      tar.putArchiveEntry(entry);
      copy(object, entry.getSize());
      tar.closeArchiveEntry();
    } catch (NoSuchFileException | EOFException e) {
      throw new DamagedCheckpointException(name, "is missing or became shorter");
    }
  }

  private void copy(ObjectReader object, long length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(length, BUFFER_BYTES));
    for (long done = 0; done < length; done += buffer.limit()) {
      buffer.clear().limit((int) Math.min(length - done, buffer.capacity()));
      object.readFully(done, buffer);
      tar.write(buffer.array(), 0, buffer.limit());
    }
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
