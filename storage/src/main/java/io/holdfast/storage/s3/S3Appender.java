package io.holdfast.storage.s3;

import io.holdfast.storage.store.ObjectWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Adds to an object, which S3 cannot: each {@link #sync} writes it anew, if it is still what it was
 * before. A small one is sent whole; of one that is as long as a part or longer the server copies
 * what it has and only the rest is sent. So a sync sends, and a writer holds, at most a part and
 * what was written since the sync before.
 */
final class S3Appender implements ObjectWriter {
  /** Bytes that may be written between two syncs. */
  static final int MOST_UNSYNCED = 64 << 20;

  private final S3Bucket bucket;
  private final String name;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private Optional<S3Object> stored;

  /** Bytes of the object that are not held; 0 or at least the smallest part. */
  private long start;

  private boolean dirty;
  private boolean broken;

  S3Appender(S3Bucket bucket, String name) throws IOException {
    this.bucket = bucket;
    this.name = name;
    this.stored = bucket.find(name);
    this.dirty = stored.isEmpty();
    if (stored.isPresent()) {
      hold(stored.get());
    }
  }

  private void hold(S3Object object) throws IOException {
    if (object.length() >= S3Upload.SMALLEST_PART) {
      start = object.length();
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) object.length());
    bucket.read(name, object.etag(), 0, bytes);
    held.write(bytes.array(), 0, bytes.capacity());
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    requireWhole();
    if (source.remaining() > MOST_UNSYNCED - held.size()) {
      throw new IOException(name + ": more than " + MOST_UNSYNCED + " bytes without a sync");
    }
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    held.write(bytes, 0, bytes.length);
    dirty = true;
  }

  @Override
  public long position() {
    return start + held.size();
  }

  @Override
  public void sync() throws IOException {
    requireWhole();
    if (!dirty) {
      return;
    }
    broken = true;
    Optional<S3Object> written = start == 0 ? whole() : copiedAndAdded();
    if (written.isEmpty()) {
      throw new IOException(name + ": another one wrote it meanwhile");
    }
    stored = written;
    if (position() >= S3Upload.SMALLEST_PART) {
      start = position();
      held.reset();
    }
    dirty = false;
    broken = false;
  }

  private Optional<S3Object> whole() throws IOException {
    return bucket.put(name, held.toByteArray(), Condition.unchanged(stored));
  }

  private Optional<S3Object> copiedAndAdded() throws IOException {
    S3Object before = stored.orElseThrow();
    S3Upload upload = bucket.upload(name);
    Optional<S3Object> written = Optional.empty();
    try {
      upload.copy(name, before.etag(), 0, start);
      upload.send(held.toByteArray(), held.size());
      written = upload.complete(Condition.matching(before.etag()));
      return written;
    } finally {
      if (written.isEmpty()) {
        upload.abort();
      }
    }
  }

  private void requireWhole() throws IOException {
    if (broken) {
      throw new IOException("an earlier write or sync of " + name + " has failed");
    }
  }

  @Override
  public void close() throws IOException {
    if (!broken) {
      sync();
      broken = true;
    }
  }
}
