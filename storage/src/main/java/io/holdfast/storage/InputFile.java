package io.holdfast.storage;

import io.holdfast.storage.store.ObjectReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Opens a file that is only read, such as a job file or its data, wherever it lies. */
public final class InputFile {
  private InputFile() {}

  /**
   * The bytes of a file, from its beginning; not buffered.
   *
   * @param file as {@link Locations} makes it
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws NotAFileException if it is a directory
   */
  public static InputStream open(URI file) throws IOException {
    if (!Locations.isLocal(file)) {
      return new ObjectStream(Stores.open(Locations.parent(file)).open(Locations.leaf(file)));
    }
    Path path = Path.of(file);
    if (Files.isDirectory(path)) {
      throw new NotAFileException(path.toString());
    }
    return Files.newInputStream(path);
  }

  /** Reads an object from front to back. */
  private static final class ObjectStream extends InputStream {
    private final ObjectReader object;
    private final long length;
    private long position;

    ObjectStream(ObjectReader object) throws IOException {
      this.object = object;
      this.length = object.length();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      Objects.checkFromIndexSize(offset, count, bytes.length);
      int some = (int) Math.min(count, length - position);
      if (some == 0) {
        return count == 0 ? 0 : -1;
      }
      object.readFully(position, ByteBuffer.wrap(bytes, offset, some));
      position += some;
      return some;
    }

    @Override
    public void close() throws IOException {
      object.close();
    }
  }
}
