package io.holdfast.storage.s3;

import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes a new object; nobody sees it before {@link #sync}, which completes it if the name is still
 * free. What is larger than a part is sent in parts while it is written, so that one writer takes
 * no more memory than that.
 */
final class S3Writer implements ObjectWriter {
  /** Bytes sent at once, and held in memory by a writer; 10,000 of them are the longest object. */
  static final int PART = 8 << 20;

  private static final int FIRST = 1 << 16;

  private final S3Bucket bucket;
  private final String name;
  private byte[] buffer = new byte[0];
  private int held;
  private long position;
  private Optional<S3Upload> upload = Optional.empty();
  private boolean complete;
  private boolean broken;

  S3Writer(S3Bucket bucket, String name) {
    this.bucket = bucket;
    this.name = name;
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    requireWhole();
    if (complete) {
      throw new IOException(name + ": is complete; nothing can be added");
    }
    broken = true;
    while (source.hasRemaining()) {
      if (held == PART) {
        sendPart();
      }
      int count = Math.min(PART - held, source.remaining());
      makeRoom(held + count);
      source.get(buffer, held, count);
      held += count;
      position += count;
    }
    broken = false;
  }

  private void makeRoom(int bytes) {
    if (buffer.length < bytes) {
      int doubled = Math.max(FIRST, 2 * buffer.length);
      buffer = Arrays.copyOf(buffer, Math.min(PART, Math.max(doubled, bytes)));
    }
  }

  private void sendPart() throws IOException {
    if (upload.isEmpty()) {
      upload = Optional.of(bucket.upload(name));
    }
    upload.get().send(buffer, held);
    held = 0;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void sync() throws IOException {
    requireWhole();
    if (complete) {
      return;
    }
    broken = true;
    if (finish().isEmpty()) {
      throw new FileAlreadyExistsException(name);
    }
    complete = true;
    broken = false;
    buffer = new byte[0];
  }

  private Optional<S3Object> finish() throws IOException {
    if (upload.isEmpty()) {
      return bucket.put(name, Arrays.copyOf(buffer, held), Condition.ABSENT);
    }
    sendPart();
    return upload.get().complete(Condition.ABSENT);
  }

  private void requireWhole() throws IOException {
    if (broken) {
      throw new IOException("an earlier write or sync of " + name + " has failed");
    }
  }

  /**
   * Without a sync nothing that was written becomes visible; only an object without bytes is made,
   * a mark.
   */
  @Override
  public void close() throws IOException {
    if (!complete && !broken && position == 0) {
      sync();
    }
    if (!complete) {
      upload.ifPresent(S3Upload::abort);
      upload = Optional.empty();
      broken = true;
    }
  }
}
