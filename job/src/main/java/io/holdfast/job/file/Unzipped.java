package io.holdfast.job.file;

import io.holdfast.storage.InputFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.zip.GZIPInputStream;

/** Data files, plain or gzipped: their first two bytes say which. */
final class Unzipped {
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BUFFER_BYTES = 1 << 16;

  private Unzipped() {}

  /** The file's bytes, unpacked if gzipped. */
  static InputStream open(URI file) throws IOException {
    InputStream raw = new BufferedInputStream(InputFile.open(file), BUFFER_BYTES);
    try {
      raw.mark(2);
      int magic = (raw.read() << 8) | raw.read();
      raw.reset();
      return magic == GZIP_MAGIC ? new GZIPInputStream(raw, BUFFER_BYTES) : raw;
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }
}
