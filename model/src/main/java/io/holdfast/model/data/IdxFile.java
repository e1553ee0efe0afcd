package io.holdfast.model.data;

import io.holdfast.storage.InputFile;
import io.holdfast.storage.Locations;
import io.holdfast.storage.NotAFileException;
import io.holdfast.storage.SettingsException;
import io.holdfast.storage.UnreadableFileException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An IDX file of unsigned bytes (the MNIST format), plain or gzipped, read whole and checked: two
 * zero bytes, the element type 0x08, the number of dimensions, each dimension as a big-endian
 * 32-bit number, then exactly their product of bytes.
 *
 * @param dims outermost first; the first counts samples
 * @param bytes row-major elements
 */
record IdxFile(List<Integer> dims, ByteBuffer bytes) {
  private static final int UNSIGNED_BYTE = 0x08;
  private static final int MAX_DIMENSIONS = 8;
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;
  private static final int GZIP_MAGIC_1 = 0x1f;
  private static final int GZIP_MAGIC_2 = 0x8b;
  private static final int BUFFER_BYTES = 1 << 16;

  IdxFile {
    dims = List.copyOf(dims);
  }

  /** A file's content, or why it is none. */
  sealed interface Result {
    record Read(IdxFile file) implements Result {}

    /** Names the file and what is allowed, in one line. */
    record Rejected(String reason) implements Result {}

    /** It is there and cannot be read now; names the file and says why. */
    record Unreadable(UnreadableFileException failure) implements Result {}
  }

  /** Something about the content that is not allowed. */
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  static Result read(URI uri) {
    String name = Locations.shown(uri);
    try (InputStream in = open(uri)) {
      return new Result.Read(parse(in));
    } catch (NoSuchFileException e) {
      return new Result.Rejected(name + ": no such file");
    } catch (NotAFileException e) {
      return new Result.Rejected(name + ": a directory, not an IDX file");
    } catch (EOFException e) {
      return new Result.Rejected(name + ": truncated: it ends before its declared size");
    } catch (ZipException e) {
      return new Result.Rejected(name + ": damaged gzip data: " + e.getMessage());
    } catch (Malformed | SettingsException e) {
      return new Result.Rejected(name + ": " + e.getMessage());
    } catch (IOException e) {
      return new Result.Unreadable(new UnreadableFileException(name, e));
    }
  }

  private static InputStream open(URI uri) throws IOException {
    PushbackInputStream in =
        new PushbackInputStream(new BufferedInputStream(InputFile.open(uri), BUFFER_BYTES), 2);
    byte[] start = in.readNBytes(2);
    in.unread(start);
    boolean gzip =
        start.length == 2 && (start[0] & 0xff) == GZIP_MAGIC_1 && (start[1] & 0xff) == GZIP_MAGIC_2;
    if (!gzip) {
      return in;
    }
    try {
      return new GZIPInputStream(in, BUFFER_BYTES);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static IdxFile parse(InputStream in) throws IOException, Malformed {
    byte[] magic = require(in, 4);
    if (magic[0] != 0 || magic[1] != 0) {
      throw new Malformed("not an IDX file: it must start with two zero bytes");
    }
    if (magic[2] != UNSIGNED_BYTE) {
      throw new Malformed(
          String.format("IDX element type 0x%02x; only 0x08 (unsigned byte) is allowed", magic[2]));
    }
    if (magic[3] < 1 || magic[3] > MAX_DIMENSIONS) {
      throw new Malformed(
          "IDX of " + magic[3] + " dimensions; 1 to " + MAX_DIMENSIONS + " allowed");
    }
    List<Integer> dims = new ArrayList<>();
    long size = 1;
    for (int i = 0; i < magic[3]; i++) {
      int dim = ByteBuffer.wrap(require(in, Integer.BYTES)).getInt();
      size = dim < 1 ? MAX_BYTES + 1L : size * dim;
      if (size > MAX_BYTES) {
        throw new Malformed(
            "IDX dimension " + dim + "; each must be at least 1, all together below 2 GiB");
      }
      dims.add(dim);
    }
    byte[] bytes = require(in, (int) size);
    if (in.read() >= 0) {
      throw new Malformed("more bytes than its dimensions " + dims + " declare");
    }
    return new IdxFile(dims, ByteBuffer.wrap(bytes).asReadOnlyBuffer());
  }

  private static byte[] require(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException();
    }
    return bytes;
  }
}
