package io.holdfast.storage.hdfs;

import io.holdfast.storage.store.FileTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataOutputStream;

/** A file that is being written. It counts as written only once it is closed without a failure. */
final class HdfsFile implements FileTree.OpenFile {
  /** Bytes of a direct buffer that are copied at once; so many stay in the processor's cache. */
  private static final int COPY_BYTES = 1 << 16;

  private final String name;
  private final FSDataOutputStream out;
  private byte[] copy = new byte[0];

  HdfsFile(String name, FSDataOutputStream out) {
    this.name = name;
    this.out = out;
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    try {
      if (source.hasArray()) {
        out.write(source.array(), source.arrayOffset() + source.position(), source.remaining());
        source.position(source.limit());
      } else {
        writeCopies(source);
      }
    } catch (IOException e) {
      throw HdfsErrors.translate(name, e);
    }
  }

  private void writeCopies(ByteBuffer source) throws IOException {
    if (copy.length == 0) {
      copy = new byte[COPY_BYTES];
    }
    while (source.hasRemaining()) {
      int count = Math.min(copy.length, source.remaining());
      source.get(copy, 0, count);
      out.write(copy, 0, count);
    }
  }

  @Override
  public void force() throws IOException {
    try {
      out.hsync();
    } catch (IOException e) {
      throw HdfsErrors.translate(name, e);
    }
  }

  @Override
  public long length() throws IOException {
    return out.getPos();
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
    } catch (IOException e) {
      throw HdfsErrors.translate(name, e);
    }
  }
}
