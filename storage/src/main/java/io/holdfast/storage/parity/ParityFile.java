package io.holdfast.storage.parity;

import io.holdfast.storage.bundle.BundleFiles;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.MaskedCrc32c;
import io.holdfast.storage.bundle.ObjectOpener;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Optional;

/**
 * An open parity file with a sound header and index copy. Its parity is read in chunks, each held
 * against its checksum before it is used. For use by one thread.
 */
public final class ParityFile implements Closeable {
  private static final String SUFFIX = ".parity";

  private final BundleFiles files;
  private final ObjectOpener objects;
  private final ObjectReader object;
  private final ParityHeader header;
  private final byte[] index;

  private ParityFile(
      BundleFiles files,
      ObjectOpener objects,
      ObjectReader object,
      ParityHeader header,
      byte[] index) {
    this.files = files;
    this.objects = objects;
    this.object = object;
    this.header = header;
    this.index = index;
  }

  /** The parity file's name. */
  public static String name(BundleFiles files) {
    return files.prefix() + SUFFIX;
  }

  /** The checkpoint whose parity file is called {@code name}; empty if that is no such name. */
  public static Optional<BundleFiles> ofName(String name) {
    return name.endsWith(SUFFIX) && name.length() > SUFFIX.length()
        ? Optional.of(new BundleFiles(name.substring(0, name.length() - SUFFIX.length())))
        : Optional.empty();
  }

  /**
   * Opens a parity file.
   *
   * @throws NoSuchFileException if there is none
   * @throws DamagedCheckpointException if its header, its length or its copy of the index is wrong
   */
  public static ParityFile open(BundleFiles files, ObjectOpener objects)
      throws IOException, DamagedCheckpointException {
    String name = name(files);
    ObjectReader object = objects.open(name);
    try {
      ParityHeader header = ParityHeader.read(name, object);
      if (object.length() != header.fileBytes()) {
        throw new DamagedCheckpointException(
            name, "has " + object.length() + " bytes, not " + header.fileBytes());
      }
      ByteBuffer index =
          ParityHeader.fill(name, object, header.indexOffset(), header.indexLength());
      if (MaskedCrc32c.of(index) != header.indexCrc()) {
        throw new DamagedCheckpointException(name, "has a copy of the index that is not sound");
      }
      return new ParityFile(files, objects, object, header, index.array());
    } catch (IOException | DamagedCheckpointException e) {
      object.close();
      throw e;
    }
  }

  /** The checkpoint's index file as it was. */
  public byte[] index() {
    return index.clone();
  }

  /** How many shard files the checkpoint has. */
  public int shards() {
    return header.shardLengths().size();
  }

  /**
   * Holds the parity against all of the checkpoint's files, which were found whole before.
   *
   * @return what is wrong with the parity file; empty if nothing is
   */
  public Optional<String> problem() throws IOException, DamagedCheckpointException {
    if (!Arrays.equals(index, BundleReader.readIndex(files, objects))) {
      return Optional.of("has the copy of another index");
    }
    try (ShardFiles open = ShardFiles.open(files, shards(), objects)) {
      if (!open.lengths().equals(header.shardLengths())) {
        return Optional.of("is of shard files of other lengths");
      }
      Xor xor = new Xor();
      for (long at = 0; at < header.parityBytes(); at += ParityHeader.CHUNK_BYTES) {
        addParity(xor, at);
        open.addTo(xor, at);
        if (!xor.isZero()) {
          return Optional.of("is not the parity of the shard files near byte " + at);
        }
      }
      return Optional.empty();
    }
  }

  /** Streams one shard file as it was, from the parity and all other shard files, to out. */
  public void rebuild(int shard, ObjectWriter out) throws IOException, DamagedCheckpointException {
    long length = header.shardLengths().get(shard);
    try (ShardFiles others = ShardFiles.openAllBut(shard, files, shards(), objects)) {
      Xor xor = new Xor();
      for (long at = 0; at < length; at += ParityHeader.CHUNK_BYTES) {
        addParity(xor, at);
        others.addTo(xor, at);
        ByteBuffer bytes = xor.bytes();
        out.write(bytes.limit((int) Math.min(bytes.limit(), length - at)));
      }
    }
  }

  private void addParity(Xor xor, long at) throws IOException, DamagedCheckpointException {
    int count = (int) Math.min(ParityHeader.CHUNK_BYTES, header.parityBytes() - at);
    xor.clear(count);
    long offset = header.chunkOffset(at);
    object.readFully(offset, xor.block(count));
    int stored = ParityHeader.fill(name(files), object, offset + count, Integer.BYTES).getInt(0);
    if (MaskedCrc32c.of(xor.block(count)) != stored) {
      throw new DamagedCheckpointException(
          name(files), "has a checksum that does not match at byte " + offset);
    }
    xor.add(count);
  }

  @Override
  public void close() throws IOException {
    object.close();
  }
}
