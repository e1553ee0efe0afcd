package io.holdfast.storage.bundle;

import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectWriter;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Objects in memory, and counts of what was read of them. */
final class MemoryObjects implements ObjectOpener {

  private final Map<String, byte[]> objects = new TreeMap<>();
  private final Map<String, Long> bytesRead = new TreeMap<>();

  /** The files of a directory. */
  static MemoryObjects of(Path directory) throws IOException {
    MemoryObjects objects = new MemoryObjects();
    try (var files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        objects.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return objects;
  }

  MemoryObjects copy() {
    MemoryObjects copy = new MemoryObjects();
    copy.objects.putAll(objects);
    return copy;
  }

  void put(String name, byte[] bytes) {
    objects.put(name, bytes);
  }

  byte[] get(String name) {
    return objects.get(name);
  }

  void remove(String name) {
    objects.remove(name);
  }

  Map<String, byte[]> all() {
    return objects;
  }

  long bytesRead(String name) {
    return bytesRead.getOrDefault(name, 0L);
  }

  void writeTo(Path directory) throws IOException {
    for (Map.Entry<String, byte[]> object : objects.entrySet()) {
      Files.write(directory.resolve(object.getKey()), object.getValue());
    }
  }

  ObjectWriter create(String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    objects.put(name, new byte[0]);
    return new ObjectWriter() {
      @Override
      public void write(ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        out.writeBytes(bytes);
        objects.put(name, out.toByteArray());
      }

      @Override
      public long position() {
        return out.size();
      }

      @Override
      public void sync() {
        objects.put(name, out.toByteArray());
      }

      @Override
      public void close() {
        sync();
      }
    };
  }

  @Override
  public ObjectReader open(String name) throws IOException {
    byte[] bytes = objects.get(name);
    if (bytes == null) {
      throw new NoSuchFileException(name);
    }
    return new ObjectReader() {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public void readFully(long position, ByteBuffer target) throws IOException {
        if (position + target.remaining() > bytes.length) {
          throw new EOFException(name);
        }
        bytesRead.merge(name, (long) target.remaining(), Long::sum);
        target.put(bytes, (int) position, target.remaining());
      }

      @Override
      public void close() {}
    };
  }
}
