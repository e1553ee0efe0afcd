package io.holdfast.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.storage.store.ClaimRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terms of a run: an object {@code .holdfast/terms/TERM} each, made once by If-None-Match. The
 * largest one leads. Its etag is part of a leader's right: should someone remove {@code .holdfast}
 * and a number come round again, the old leader finds another's object.
 */
final class S3Terms {
  /** Claim records, {@code .holdfast/claims/TERM}. */
  static final String CLAIMS = ".holdfast/claims";

  private static final String TERMS = ".holdfast/terms";
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");
  private static final int MOST_CLAIM_BYTES = 64 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(S3Terms.class);

  private final S3Bucket bucket;

  /**
   * A claimed term.
   *
   * @param term at least 1
   * @param etag of its object
   */
  record Token(long term, String etag) {}

  S3Terms(S3Bucket bucket) {
    this.bucket = bucket;
  }

  /** The token with the largest term; empty if there is none. */
  Optional<Token> current() throws IOException {
    Map<String, String> etags = bucket.etags(TERMS);
    OptionalLong newest = newest(etags);
    return newest.isEmpty()
        ? Optional.empty()
        : Optional.of(new Token(newest.getAsLong(), etags.get(Long.toString(newest.getAsLong()))));
  }

  private static OptionalLong newest(Map<String, String> etags) {
    return etags.keySet().stream()
        .filter(NUMBER.asMatchPredicate())
        .mapToLong(Long::parseLong)
        .max();
  }

  /** Tries to become the holder of the next term; empty if another one did, or was quicker. */
  Optional<Token> claim(long largestTermSeen) throws IOException {
    long next = 1 + Math.max(largestTermSeen, current().map(Token::term).orElse(0L));
    String name = TERMS + "/" + next;
    Optional<S3Object> made =
        bucket.put(name, (UUID.randomUUID() + "\n").getBytes(UTF_8), Condition.ABSENT);
    if (made.isEmpty()) {
      return Optional.empty();
    }
    Token mine = new Token(next, made.get().etag());
    if (!isCurrent(mine)) {
      bucket.delete(name);
      return Optional.empty();
    }
    S3Seal.put(bucket, next);
    return Optional.of(mine);
  }

  /** Whether no later term has been claimed. */
  boolean isCurrent(Token token) throws IOException {
    return current().equals(Optional.of(token));
  }

  /** The newest claim on record; empty if there is none or it cannot be understood. */
  Optional<ClaimRecord> lastClaim() throws IOException {
    OptionalLong newest = newest(bucket.etags(CLAIMS));
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    String name = claimOf(newest.getAsLong());
    Optional<S3Object> found = bucket.find(name);
    if (found.isEmpty() || found.get().length() > MOST_CLAIM_BYTES) {
      LOG.warn("{} in {} is not a claim record and is left out", name, bucket);
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) found.get().length());
    bucket.read(name, found.get().etag(), 0, bytes);
    try {
      return Optional.of(ClaimRecord.parse(bytes.array()));
    } catch (IllegalArgumentException e) {
      LOG.warn("{} in {} is not a claim record and is left out: {}", name, bucket, e.toString());
      return Optional.empty();
    }
  }

  /** The name of a term's claim record. */
  static String claimOf(long term) {
    return CLAIMS + "/" + term;
  }

  /**
   * Removes what terms before {@code term} have left, once its own claim is on record. A claimer of
   * such a number that was paused may make it again, and then finds that it is not the newest.
   */
  void forgetBefore(long term) throws IOException {
    for (String directory : new String[] {CLAIMS, TERMS}) {
      for (String leaf : bucket.etags(directory).keySet()) {
        if (NUMBER.matcher(leaf).matches() && Long.parseLong(leaf) < term) {
          bucket.delete(directory + "/" + leaf);
        }
      }
    }
  }
}
