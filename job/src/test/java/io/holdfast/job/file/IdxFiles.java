package io.holdfast.job.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Makes small IDX files of unsigned bytes. */
final class IdxFiles {
  private IdxFiles() {}

  /** A file of the given dimensions whose elements all are {@code element}. */
  static byte[] bytes(int[] dims, int element) {
    int elements = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dims.length + elements);
    file.putInt(0x0800 | dims.length);
    Arrays.stream(dims).forEach(file::putInt);
    while (file.hasRemaining()) {
      file.put((byte) element);
    }
    return file.array();
  }

  static byte[] gzipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    }
    return packed.toByteArray();
  }
}
