package io.holdfast.storage.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Remembers whether reading itself failed, which is no damage of what was read. */
final class WatchedStream extends FilterInputStream {
  private Optional<IOException> failure = Optional.empty();

  WatchedStream(InputStream in) {
    super(in);
  }

  /** Why bytes could not be had; empty if all could. */
  Optional<IOException> failure() {
    return failure;
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    try {
      return super.read(target, offset, length);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private IOException failed(IOException cause) {
    failure = Optional.of(cause);
    return cause;
  }
}
