package io.holdfast.storage.s3;

import java.io.IOException;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.MetadataDirective;

/** Copies of objects that the server makes; no byte passes through here. */
final class S3Copy {
  /** S3 copies no more in one request; longer objects are copied in parts of this size. */
  static final long LONGEST = 1L << 30;

  private S3Copy() {}

  /**
   * Copies an object to a name, or to the first of NAME~2, NAME~3 ... that is not taken. A copy
   * that an interrupted move has left there already is not made again.
   *
   * @param object what the source must still be
   */
  static void toFreeName(S3Bucket bucket, String source, S3Object object, String target)
      throws IOException {
    String name = target;
    Optional<S3Object> taken = bucket.find(name);
    for (int i = 2; taken.isPresent(); i++) {
      if (taken.get().equals(object)) {
        return;
      }
      name = target + "~" + i;
      taken = bucket.find(name);
    }
    if (source.equals(S3Seal.SEALED)) {
      S3Seal.putWithout(bucket, object, name);
    } else {
      copy(bucket, source, object, name, LONGEST);
    }
  }

  static void copy(S3Bucket bucket, String source, S3Object object, String target, long longest)
      throws IOException {
    if (object.length() > longest) {
      if (!inParts(bucket, source, object, target, longest)) {
        throw new IOException(target + ": another one wrote it meanwhile");
      }
      return;
    }
    S3Calls.repeat(
        source,
        again ->
            bucket
                .client()
                .copyObject(
                    r ->
                        r.sourceBucket(bucket.bucket())
                            .sourceKey(bucket.key(source))
                            .copySourceIfMatch(object.etag())
                            .destinationBucket(bucket.bucket())
                            .destinationKey(bucket.key(target))
                            .metadataDirective(MetadataDirective.COPY)));
  }

  /**
   * Copies an object to a name that nobody has, which S3 promises of uploads in parts alone, be
   * there a single one. Its bytes are what the server says; who reads them checks them.
   *
   * @return false if another one has the name
   */
  static boolean toAbsent(
      S3Bucket bucket, String source, S3Object object, String target, long longest)
      throws IOException {
    if (object.length() == 0) {
      return bucket.put(target, new byte[0], Condition.ABSENT).isPresent();
    }
    if (!inParts(bucket, source, object, target, longest)) {
      return false;
    }
    long copied = bucket.find(target).map(S3Object::length).orElse(0L);
    if (copied != object.length()) {
      throw new IOException(
          target + ": the server copied " + copied + " of " + object.length() + " bytes");
    }
    return true;
  }

  private static boolean inParts(
      S3Bucket bucket, String source, S3Object object, String target, long longest)
      throws IOException {
    S3Upload upload = bucket.upload(target);
    boolean whole = false;
    try {
      for (long start = 0; start < object.length(); start += longest) {
        upload.copy(source, object.etag(), start, Math.min(longest, object.length() - start));
      }
      whole = upload.complete(Condition.ABSENT).isPresent();
    } finally {
      if (!whole) {
        upload.abort();
      }
    }
    return whole;
  }
}
