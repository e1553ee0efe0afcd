package io.holdfast.storage.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartCopyResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * An object that is sent in parts (a multipart upload), which nobody sees until it is complete. For
 * one thread.
 */
final class S3Upload {
  /** S3 takes no smaller part but the last. */
  static final int SMALLEST_PART = 5 << 20;

  /** S3 takes no more. */
  static final int MOST_PARTS = 10_000;

  private static final String TYPE = "application/octet-stream";
  private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);

  private final S3Bucket bucket;
  private final String name;
  private final Map<String, String> mark;
  private final String id;
  private final List<CompletedPart> parts = new ArrayList<>();
  private long length;

  private S3Upload(S3Bucket bucket, String name, Map<String, String> mark, String id) {
    this.bucket = bucket;
    this.name = name;
    this.mark = mark;
    this.id = id;
  }

  static S3Upload begin(S3Bucket bucket, String name) throws IOException {
    Map<String, String> mark = S3Bucket.mark();
    String id =
        S3Calls.repeat(
            name,
            again ->
                bucket
                    .client()
                    .createMultipartUpload(
                        r ->
                            r.bucket(bucket.bucket())
                                .key(bucket.key(name))
                                .metadata(mark)
                                .checksumAlgorithm(bucket.checksum()))
                    .uploadId());
    return new S3Upload(bucket, name, mark, id);
  }

  /** Sends the next part; a part that is sent twice counts once. */
  void send(byte[] bytes, int count) throws IOException {
    int number = nextPart();
    UploadPartResponse sent =
        S3Calls.repeat(
            name,
            again ->
                bucket
                    .client()
                    .uploadPart(
                        r ->
                            r.bucket(bucket.bucket())
                                .key(bucket.key(name))
                                .uploadId(id)
                                .partNumber(number)
                                .checksumAlgorithm(bucket.checksum()),
                        RequestBody.fromContentProvider(
                            () -> new ByteArrayInputStream(bytes, 0, count), count, TYPE)));
    add(number, sent.eTag(), sent.checksumCRC32C(), count);
  }

  /** Takes the next part from another object, which must still be this one. */
  void copy(String source, String etag, long start, long count) throws IOException {
    int number = nextPart();
    UploadPartCopyResponse copied =
        S3Calls.repeat(
            source,
            again ->
                bucket
                    .client()
                    .uploadPartCopy(
                        r ->
                            r.sourceBucket(bucket.bucket())
                                .sourceKey(bucket.key(source))
                                .copySourceIfMatch(etag)
                                .copySourceRange("bytes=" + start + "-" + (start + count - 1))
                                .destinationBucket(bucket.bucket())
                                .destinationKey(bucket.key(name))
                                .uploadId(id)
                                .partNumber(number)));
    var part = copied.copyPartResult();
    add(number, part.eTag(), part.checksumCRC32C(), count);
  }

  private int nextPart() throws IOException {
    if (parts.size() >= MOST_PARTS) {
      throw new IOException(
          name + ": longer than " + MOST_PARTS + " parts (after " + length + " bytes)");
    }
    return parts.size() + 1;
  }

  private void add(int number, String etag, String checksum, long count) {
    parts.add(
        CompletedPart.builder().partNumber(number).eTag(etag).checksumCRC32C(checksum).build());
    length += count;
  }

  /**
   * Makes the object appear, if the condition holds.
   *
   * @return what it is now; empty if the condition did not hold
   */
  Optional<S3Object> complete(Condition condition) throws IOException {
    CompleteMultipartUploadRequest request =
        CompleteMultipartUploadRequest.builder()
            .bucket(bucket.bucket())
            .key(bucket.key(name))
            .uploadId(id)
            .multipartUpload(u -> u.parts(parts))
            .ifMatch(condition.ifMatch())
            .ifNoneMatch(condition.ifNoneMatch())
            .build();
    return S3Calls.repeat(name, again -> complete(request, condition, again));
  }

  private Optional<S3Object> complete(
      CompleteMultipartUploadRequest request, Condition condition, boolean again)
      throws IOException {
    try {
      String etag = bucket.client().completeMultipartUpload(request).eTag();
      return Optional.of(new S3Object(etag, length));
    } catch (S3Exception e) {
      if (again && (S3Errors.isUnmet(e) || S3Errors.isMissing(e))) {
        // An upload that is complete is no longer there to be completed.
        return bucket.findMarked(name, mark);
      }
      if (S3Bucket.isUnmet(e, condition)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Frees what was sent; if that fails it stays, unseen, until the bucket's own rule removes it.
   */
  void abort() {
    try {
      bucket
          .client()
          .abortMultipartUpload(r -> r.bucket(bucket.bucket()).key(bucket.key(name)).uploadId(id));
    } catch (RuntimeException e) {
      LOG.warn("{}: parts that were sent stay until the bucket's lifecycle rule: {}", name, e);
    }
  }
}
