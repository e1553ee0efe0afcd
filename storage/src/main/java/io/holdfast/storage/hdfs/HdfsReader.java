package io.holdfast.storage.hdfs;

import io.holdfast.storage.store.ObjectReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open file. What cannot be read is tried again from the beginning, with the places of its
 * blocks asked anew; then it is unreadable, which says nothing about its bytes.
 */
final class HdfsReader implements ObjectReader {
  /** Objects up to this size are read as they are opened: the next moment they may be replaced. */
  private static final int SMALL_BYTES = 1 << 16;

  /** How often a file is opened before it counts as unreadable. */
  private static final int MOST_OPENS = 3;

  private static final Logger LOG = LoggerFactory.getLogger(HdfsReader.class);

  private final DistributedFileSystem files;
  private final Path path;
  private final String name;
  private final long length;
  private FSDataInputStream in;

  private HdfsReader(DistributedFileSystem files, Path path, String name) throws IOException {
    this.files = files;
    this.path = path;
    this.name = name;
    this.in = files.open(path);
    this.length = visibleLength(in);
  }

  static ObjectReader open(DistributedFileSystem files, Path path, String name) throws IOException {
    for (int opens = 1; ; opens++) {
      HdfsReader reader = HdfsCalls.repeat(name, () -> new HdfsReader(files, path, name));
      if (reader.length > SMALL_BYTES) {
        return reader;
      }
      try (reader) {
        byte[] bytes = new byte[(int) reader.length];
        reader.in.readFully(0, bytes);
        return new ReadObject(name, ByteBuffer.wrap(bytes));
      } catch (IOException e) {
        giveUpAfter(opens, name, e);
      }
    }
  }

  /** With the bytes that a living writer has flushed. */
  private static long visibleLength(FSDataInputStream in) throws IOException {
    return ((HdfsDataInputStream) in).getVisibleLength();
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void readFully(long position, ByteBuffer target) throws IOException {
    requireInside(name, length, position, target);
    int start = target.position();
    for (int opens = 1; ; opens++) {
      FSDataInputStream stream = stream();
      try {
        stream.readFully(position, target);
        return;
      } catch (IOException e) {
        giveUpAfter(opens, name, e);
        target.position(start);
        reopen(stream);
      }
    }
  }

  private static void requireInside(String name, long length, long position, ByteBuffer target)
      throws EOFException {
    if (position + target.remaining() > length) {
      throw new EOFException(name + " ends at byte " + length);
    }
  }

  private static void giveUpAfter(int opens, String name, IOException failure) throws IOException {
    IOException translated = HdfsErrors.translate(name, failure);
    if (opens >= MOST_OPENS || translated instanceof NoSuchFileException) {
      throw translated;
    }
    LOG.warn("Opens {} again: {}", name, translated.getMessage());
  }

  private synchronized FSDataInputStream stream() {
    return in;
  }

  /** Replaces a stream that failed, unless another thread has done so already. */
  private synchronized void reopen(FSDataInputStream failed) throws IOException {
    if (in != failed) {
      return;
    }
    FSDataInputStream fresh = HdfsCalls.repeat(name, () -> files.open(path));
    if (visibleLength(fresh) < length) {
      fresh.close();
      throw new IOException(name + ": another file of that name while it was read");
    }
    in = fresh;
    failed.close();
  }

  @Override
  public synchronized void close() throws IOException {
    in.close();
  }

  /** A small object, read. */
  private record ReadObject(String name, ByteBuffer bytes) implements ObjectReader {
    @Override
    public long length() {
      return bytes.limit();
    }

    @Override
    public void readFully(long position, ByteBuffer target) throws IOException {
      requireInside(name, length(), position, target);
      int count = target.remaining();
      target.put(target.position(), bytes, (int) position, count);
      target.position(target.limit());
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
