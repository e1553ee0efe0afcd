package io.holdfast.storage.archive;

import com.github.luben.zstd.ZstdInputStream;
import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.checkpoint.Prefix;
import io.holdfast.storage.store.ObjectReader;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Reads the checkpoint of an archive, front to back and in bounded memory. Nothing in an archive is
 * trusted: names are compared with those that its index asks for and never used as paths, the
 * length of each file must be the one that the index tells, headers and compressed data have
 * checksums, and so has each tensor. For use by one thread.
 */
public final class ArchiveReader implements Closeable {

  /** What may stand behind the last file: tar's padding, some blocks of zeros. */
  private static final int MAX_PADDING_BYTES = 1 << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  private final WatchedStream raw;
  private final InputStream zstd;
  private final TarArchiveInputStream tar;
  private final BundleFiles files;
  private final BundleReader bundle;

  private ArchiveReader(InputStream in) throws IOException, DamagedCheckpointException {
    raw = new WatchedStream(in);
    zstd = new ZstdInputStream(new BufferedInputStream(raw, BUFFER_BYTES));
    tar = new TarArchiveInputStream(zstd, "UTF-8");
    TarArchiveEntry first = next();
    files = filesOf(first);
    bundle = new BundleReader(files, index(first), this::open);
  }

  /**
   * Opens an archive and reads the index.
   *
   * @param in the archive's bytes; closed with the reader, or when this fails
   * @throws DamagedArchiveException if it is no archive of a checkpoint
   * @throws DamagedCheckpointException if its index is damaged
   */
  public static ArchiveReader open(InputStream in) throws IOException, DamagedCheckpointException {
    try {
      return new ArchiveReader(in);
    } catch (IOException | DamagedCheckpointException e) {
      in.close();
      throw e;
    }
  }

  /** The checkpoint; its pieces can be read once, in the order of {@code forEachPiece} only. */
  public BundleReader bundle() {
    return bundle;
  }

  /** Reads all that has not been read and checks that nothing follows the checkpoint. */
  public void finish() throws IOException {
    Optional<TarArchiveEntry> more = nextUnlessEmpty();
    if (more.isPresent()) {
      throw new DamagedArchiveException("has a file too many: " + shown(more.get()));
    }
    int padding = 0;
    byte[] buffer = new byte[1 << 12];
    for (int count = 0; count >= 0; count = decode(() -> zstd.read(buffer))) {
      padding += count;
      for (int i = 0; i < count; i++) {
        if (buffer[i] != 0 || padding > MAX_PADDING_BYTES) {
          throw new DamagedArchiveException("has bytes behind its end");
        }
      }
    }
  }

  private static BundleFiles filesOf(TarArchiveEntry first) throws DamagedArchiveException {
    Optional<BundleFiles> found =
        BundleFiles.ofIndex(first.getName()).filter(f -> Prefix.parse(f.prefix()).isPresent());
    return found.orElseThrow(
        () ->
            new DamagedArchiveException(
                "does not begin with the index of a checkpoint but with " + shown(first)));
  }

  private BundleIndex index(TarArchiveEntry entry) throws IOException, DamagedCheckpointException {
    if (entry.getSize() > BundleIndex.MAX_INDEX_BYTES) {
      throw new DamagedArchiveException("has an index of " + entry.getSize() + " bytes, too many");
    }
    byte[] bytes = decode(() -> tar.readNBytes((int) entry.getSize()));
    BundleIndex index = BundleIndex.parse(files.index(), bytes);
    if (bytes.length != entry.getSize() || !index.isCanonical(bytes)) {
      throw new DamagedCheckpointException(files.index(), "differs from its one canonical form");
    }
    return index;
  }

  /** The file that is next; only one that the index asks for is let pass. */
  private ObjectReader open(String name) throws IOException {
    TarArchiveEntry entry =
        nextUnlessEmpty()
            .orElseThrow(() -> new DamagedArchiveException("ends where " + name + " is to come"));
    if (!entry.getName().equals(name)) {
      throw new DamagedArchiveException("has " + shown(entry) + " where " + name + " is to come");
    }
    return new ForwardReader(entry.getSize());
  }

  /** Shard files without a byte belong to no tensor, and nobody asks for them. */
  private Optional<TarArchiveEntry> nextUnlessEmpty() throws IOException {
    for (int shard = 0; shard <= bundle.index().shards(); shard++) {
      TarArchiveEntry entry = decode(tar::getNextEntry);
      if (entry == null) {
        return Optional.empty();
      }
      requirePlain(entry);
      if (entry.getSize() > 0 || !isShard(entry.getName())) {
        return Optional.of(entry);
      }
    }
    throw new DamagedArchiveException("has too many empty files");
  }

  private boolean isShard(String name) {
    return BundleFiles.ofShard(name)
        .filter(s -> s.prefix().equals(files.prefix()) && s.shards() == bundle.index().shards())
        .isPresent();
  }

  private TarArchiveEntry next() throws IOException {
    TarArchiveEntry entry = decode(tar::getNextEntry);
    if (entry == null) {
      throw new DamagedArchiveException("is empty");
    }
    requirePlain(entry);
    return entry;
  }

  private static void requirePlain(TarArchiveEntry entry) throws DamagedArchiveException {
    byte flag = entry.getLinkFlag();
    if ((flag != TarConstants.LF_NORMAL && flag != TarConstants.LF_OLDNORM) || entry.isSparse()) {
      throw new DamagedArchiveException("has " + shown(entry) + ", which is no plain file");
    }
    if (!entry.isCheckSumOK()) {
      throw new DamagedArchiveException("has a header that its checksum does not match");
    }
  }

  /** A name from outside, fit for a message. */
  private static String shown(TarArchiveEntry entry) {
    String name = entry.getName().replaceAll("\\p{Cntrl}", "?");
    return '"' + (name.length() <= 100 ? name : name.substring(0, 100) + "...") + '"';
  }

  private interface Decoding<T> {
    T decode() throws IOException;
  }

  /** What fails though the file was read is damage. */
  private <T> T decode(Decoding<T> step) throws IOException {
    try {
      return step.decode();
    } catch (IOException | IllegalArgumentException e) {
      // IllegalArgumentException: the decoder's, for numbers in a header that make no sense.
      if (raw.failure().isPresent()) {
        throw raw.failure().get();
      }
      throw new DamagedArchiveException("is damaged or cut off: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    try (raw) {
      bundle.close();
      tar.close();
    }
  }

  /** The file in the archive that the stream stands at; forward only. */
  private final class ForwardReader implements ObjectReader {
    private final long length;
    private long at;

    ForwardReader(long length) {
      this.length = length;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void readFully(long position, ByteBuffer target) throws IOException {
      if (position != at) {
        throw new IllegalStateException("read at " + position + " where the stream is at " + at);
      }
      if (target.remaining() > length - at) {
        throw new EOFException("ends at byte " + length);
      }
      int wanted = target.remaining();
      byte[] bytes = decode(() -> tar.readNBytes(wanted));
      if (bytes.length < wanted) {
        throw new DamagedArchiveException("is cut off");
      }
      target.put(bytes);
      at += wanted;
    }

    @Override
    public void close() {}
  }
}
