package io.holdfast.storage.s3;

import io.holdfast.storage.store.ObjectReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open object. A small one was read as it was opened; of a larger one each read is a request for
 * its range. Who reads small pieces one after the other gets them from a block that was read ahead.
 */
final class S3Reader implements ObjectReader {
  /** Objects up to this size are read as they are opened. */
  static final int SMALL_BYTES = 1 << 16;

  /** What is read ahead, and held in memory by a reader that reads forward. */
  static final int AHEAD_BYTES = 1 << 20;

  private final S3Bucket bucket;
  private final String name;
  private final S3Object object;
  private ByteBuffer block;
  private long blockStart;
  private long lastEnd;

  private S3Reader(S3Bucket bucket, String name, S3Bucket.Head head) {
    this.bucket = bucket;
    this.name = name;
    this.object = head.object();
    this.block = head.first();
  }

  static S3Reader open(S3Bucket bucket, String name) throws IOException {
    return new S3Reader(bucket, name, bucket.open(name, SMALL_BYTES));
  }

  @Override
  public long length() {
    return object.length();
  }

  @Override
  public void readFully(long position, ByteBuffer target) throws IOException {
    int count = target.remaining();
    if (position + count > length()) {
      throw new EOFException(name + " ends at byte " + length());
    }
    if (!fromBlock(position, target) && !readAhead(position, target)) {
      bucket.read(name, object.etag(), position, target);
    }
    moveTo(position + count);
  }

  private synchronized void moveTo(long end) {
    lastEnd = end;
  }

  private synchronized boolean fromBlock(long position, ByteBuffer target) {
    int count = target.remaining();
    if (position < blockStart || position + count > blockStart + block.limit()) {
      return false;
    }
    target.put(target.position(), block, (int) (position - blockStart), count);
    target.position(target.limit());
    return true;
  }

  /** Brings the next block if this read goes on where the last one ended, and is small. */
  private synchronized boolean readAhead(long position, ByteBuffer target) throws IOException {
    if (position != lastEnd || target.remaining() >= AHEAD_BYTES) {
      return false;
    }
    ByteBuffer next = ByteBuffer.allocate((int) Math.min(AHEAD_BYTES, length() - position));
    bucket.read(name, object.etag(), position, next);
    block = next.flip();
    blockStart = position;
    return fromBlock(position, target);
  }

  @Override
  public void close() {
    // No connection is held between reads.
  }
}
