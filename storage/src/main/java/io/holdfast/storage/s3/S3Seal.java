package io.holdfast.storage.s3;

import io.holdfast.storage.store.ObjectReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The fence of the object {@code checkpoint}, by which TensorFlow finds the newest checkpoint. It
 * is text in which {@code #} begins a comment; as stored its last line is a comment with the term
 * of its writer, which this store's readers are not shown. So an etag of one term is no other
 * term's, whatever the bytes; and a claim that puts its own term there takes from every earlier
 * leader the etag that its If-Match would need.
 */
final class S3Seal {
  /** The object's name. */
  static final String SEALED = "checkpoint";

  private static final String COMMENT = "# holdfast term ";
  private static final byte[] MARK = COMMENT.getBytes(StandardCharsets.US_ASCII);

  /** Far more than the paths of all checkpoints that are kept. */
  private static final int MOST_BYTES = 16 << 20;

  /** A claim meets at most a few writes of the leader before it. */
  private static final int MOST_TRIES = 10;

  private S3Seal() {}

  /**
   * Puts a term on what is there, if anything is.
   *
   * @throws IOException if it is not known whether the term is on it
   */
  static void put(S3Bucket bucket, long term) throws IOException {
    for (int i = 0; i < MOST_TRIES; i++) {
      Optional<S3Object> found = bucket.find(SEALED);
      if (found.isEmpty()) {
        return;
      }
      byte[] text = without(read(bucket, found.get()));
      Condition unchanged = Condition.unchanged(found);
      if (bucket.put(SEALED, with(text, term), unchanged).isPresent()) {
        return;
      }
    }
    throw new IOException(SEALED + ": is written by others all the time");
  }

  /** Copies the text, without a term, to a name that is free. */
  static void putWithout(S3Bucket bucket, S3Object found, String name) throws IOException {
    if (bucket.put(name, without(read(bucket, found)), Condition.ABSENT).isEmpty()) {
      throw new IOException(name + ": another one wrote it meanwhile");
    }
  }

  private static byte[] read(S3Bucket bucket, S3Object object) throws IOException {
    if (object.length() > MOST_BYTES) {
      throw new IOException(SEALED + ": more than " + MOST_BYTES + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) object.length());
    bucket.read(SEALED, object.etag(), 0, bytes);
    return bytes.array();
  }

  /** A text as it is stored. */
  static byte[] with(byte[] text, long term) {
    byte[] line = ("\n" + COMMENT + term + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] sealed = Arrays.copyOf(text, text.length + line.length);
    System.arraycopy(line, 0, sealed, text.length, line.length);
    return sealed;
  }

  /** A stored text as it was given; one that has no such line, as it is. */
  static byte[] without(byte[] stored) {
    return Arrays.copyOf(stored, lengthWithout(ByteBuffer.wrap(stored)));
  }

  /** How many bytes of a stored text were given. */
  private static int lengthWithout(ByteBuffer stored) {
    int end = stored.limit();
    if (end == 0 || stored.get(end - 1) != '\n') {
      return end;
    }
    int digits = end - 1;
    while (digits > 0 && isDigit(stored.get(digits - 1))) {
      digits--;
    }
    int start = digits - MARK.length;
    boolean marked =
        digits < end - 1
            && start > 0
            && stored.get(start - 1) == '\n'
            && stored.slice(start, MARK.length).equals(ByteBuffer.wrap(MARK));
    return marked ? start - 1 : end;
  }

  /** What readers of the object are shown. */
  static ObjectReader unsealed(ObjectReader stored) throws IOException {
    try (stored) {
      if (stored.length() > MOST_BYTES) {
        throw new IOException(SEALED + ": more than " + MOST_BYTES + " bytes");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) stored.length());
      stored.readFully(0, bytes);
      return new UnsealedText(without(bytes.array()));
    }
  }

  private record UnsealedText(byte[] text) implements ObjectReader {
    @Override
    public long length() {
      return text.length;
    }

    @Override
    public void readFully(long position, ByteBuffer target) throws IOException {
      if (position + target.remaining() > text.length) {
        throw new EOFException(SEALED + " ends at byte " + text.length);
      }
      target.put(text, (int) position, target.remaining());
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
