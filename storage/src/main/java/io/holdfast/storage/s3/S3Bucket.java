package io.holdfast.storage.s3;

import io.holdfast.storage.SettingsException;
import io.holdfast.storage.hdfs.HadoopKeys;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectNames;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The requests that the store is built from, for names below one key prefix of one bucket. Each is
 * made again while the server is away. Of several tries to write, one does: each object carries the
 * mark of its write, by which a writer whose answer was lost knows its own work.
 */
final class S3Bucket {
  /** The key of the metadata that tells writes apart. */
  static final String WRITE = "holdfast-write";

  private static final Map<String, S3Bucket> ROOTS = new HashMap<>();

  private final S3Client client;
  private final String bucket;
  private final String prefix;
  private final Optional<ChecksumAlgorithm> checksum;

  private S3Bucket(
      S3Client client, String bucket, String prefix, Optional<ChecksumAlgorithm> checksum) {
    this.client = client;
    this.bucket = bucket;
    this.prefix = prefix;
    this.checksum = checksum;
  }

  /**
   * What lies below a location; no request is made yet.
   *
   * @param location {@code s3a://bucket/path}
   * @throws SettingsException if the configuration is at fault
   */
  static S3Bucket of(URI location) throws IOException {
    String bucket = location.getAuthority();
    if (bucket == null) {
      throw new SettingsException(location + " names no bucket (allowed: s3a://bucket/path)");
    }
    String path = location.getPath().replaceAll("^/+|/+$", "");
    return root(bucket).below(path.isEmpty() ? "" : path + "/");
  }

  /** One client a bucket, for as long as the process lives. */
  private static synchronized S3Bucket root(String bucket) throws IOException {
    S3Bucket root = ROOTS.get(bucket);
    if (root == null) {
      S3Settings settings = new S3Settings(HadoopKeys.read(System.getenv()), bucket);
      root = new S3Bucket(settings.client(), bucket, "", settings.checksum());
      ROOTS.put(bucket, root);
    }
    return root;
  }

  private S3Bucket below(String keyPrefix) {
    return new S3Bucket(client, bucket, keyPrefix, checksum);
  }

  S3Client client() {
    return client;
  }

  String bucket() {
    return bucket;
  }

  /** What the server is to check what it receives by; null for nothing. */
  ChecksumAlgorithm checksum() {
    return checksum.orElse(null);
  }

  String key(String name) {
    return prefix + name;
  }

  /** A mark for one write. */
  static Map<String, String> mark() {
    return Map.of(WRITE, UUID.randomUUID().toString());
  }

  /** Whether anything lies here. */
  boolean isThere() throws IOException {
    return !page("", 1, null, false).contents().isEmpty();
  }

  /** What an object is now; empty if there is none. */
  Optional<S3Object> find(String name) throws IOException {
    return head(name).map(S3Bucket::asObject);
  }

  /** Whether an object is what a write with this mark has made; and if so, what it is. */
  Optional<S3Object> findMarked(String name, Map<String, String> mark) throws IOException {
    return head(name)
        .filter(found -> mark.get(WRITE).equals(found.metadata().get(WRITE)))
        .map(S3Bucket::asObject);
  }

  private static S3Object asObject(HeadObjectResponse found) {
    return new S3Object(found.eTag(), found.contentLength());
  }

  private Optional<HeadObjectResponse> head(String name) throws IOException {
    try {
      return Optional.of(
          S3Calls.repeat(name, again -> client.headObject(r -> r.bucket(bucket).key(key(name)))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Writes an object in one request, if the condition holds.
   *
   * @return what it is now; empty if the condition did not hold
   */
  Optional<S3Object> put(String name, byte[] bytes, Condition condition) throws IOException {
    Map<String, String> mark = mark();
    return S3Calls.repeat(name, again -> put(name, bytes, condition, mark, again));
  }

  private Optional<S3Object> put(
      String name, byte[] bytes, Condition condition, Map<String, String> mark, boolean again)
      throws IOException {
    try {
      String etag =
          client
              .putObject(
                  r ->
                      r.bucket(bucket)
                          .key(key(name))
                          .metadata(mark)
                          .checksumAlgorithm(checksum())
                          .ifMatch(condition.ifMatch())
                          .ifNoneMatch(condition.ifNoneMatch()),
                  RequestBody.fromBytes(bytes))
              .eTag();
      return Optional.of(new S3Object(etag, bytes.length));
    } catch (S3Exception e) {
      if (!isUnmet(e, condition)) {
        throw e;
      }
      return again ? findMarked(name, mark) : Optional.empty();
    }
  }

  /** An object to be replaced that has gone is told as missing. */
  static boolean isUnmet(S3Exception e, Condition condition) {
    return S3Errors.isUnmet(e) || (condition.etag().isPresent() && S3Errors.isMissing(e));
  }

  /** Removes an object, if there is one. */
  void delete(String name) throws IOException {
    S3Calls.repeat(name, again -> client.deleteObject(r -> r.bucket(bucket).key(key(name))));
  }

  /**
   * Fills {@code target} with bytes of an object.
   *
   * @param etag the object must still be this one
   */
  void read(String name, String etag, long position, ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return;
    }
    int start = target.position();
    String range = "bytes=" + position + "-" + (position + target.remaining() - 1);
    S3Calls.repeat(
        name,
        again -> {
          target.position(start);
          try (InputStream in =
              client.getObject(r -> r.bucket(bucket).key(key(name)).range(range).ifMatch(etag))) {
            fill(name, in, target);
            return null;
          } catch (S3Exception e) {
            if (S3Errors.isUnmet(e)) {
              throw new S3Errors.RefusedException(name + ": was replaced while it was read", e);
            }
            throw e;
          }
        });
  }

  private static void fill(String name, InputStream in, ByteBuffer target) throws IOException {
    byte[] bytes = new byte[Math.min(target.remaining(), 1 << 16)];
    while (target.hasRemaining()) {
      int count = in.read(bytes, 0, Math.min(bytes.length, target.remaining()));
      if (count < 0) {
        throw new IOException(name + ": the answer ends " + target.remaining() + " bytes early");
      }
      target.put(bytes, 0, count);
    }
  }

  /** An object as it is opened, with its first bytes. */
  record Head(S3Object object, ByteBuffer first) {}

  /**
   * Opens an object in one request.
   *
   * @param most bytes of it to bring along
   * @throws NoSuchFileException if there is none
   */
  Head open(String name, int most) throws IOException {
    return S3Calls.repeat(
        name,
        again -> {
          try (var in =
              client.getObject(
                  r -> r.bucket(bucket).key(key(name)).range("bytes=0-" + (most - 1)))) {
            return head(name, in.response().contentRange(), in.response().eTag(), in, most);
          } catch (S3Exception e) {
            if (S3Errors.isBeyondEnd(e)) {
              return emptyObject(name);
            }
            throw e;
          }
        });
  }

  /** No range lies within an object without bytes. */
  private Head emptyObject(String name) throws IOException {
    S3Object found = find(name).orElseThrow(() -> new NoSuchFileException(name));
    return new Head(found, ByteBuffer.allocate(0));
  }

  private Head head(String name, String range, String etag, InputStream in, int most)
      throws IOException {
    if (range == null) {
      return emptyObject(name);
    }
    S3Object object = new S3Object(etag, Long.parseLong(range.substring(range.indexOf('/') + 1)));
    ByteBuffer first = ByteBuffer.allocate((int) Math.min(most, object.length()));
    fill(name, in, first);
    return new Head(object, first.flip().asReadOnlyBuffer());
  }

  /** The objects directly in a directory whose names in it begin so, in order of name. */
  List<ObjectInfo> list(String directory, String beginning) throws IOException {
    return listed(inside(directory) + beginning, true);
  }

  /** All objects, in order of name. */
  List<ObjectInfo> listBelow() throws IOException {
    return listed("", false);
  }

  private List<ObjectInfo> listed(String beginning, boolean flat) throws IOException {
    List<ObjectInfo> objects = new ArrayList<>();
    eachPage(
        beginning,
        flat,
        page ->
            page.contents().stream()
                .filter(object -> !object.key().endsWith("/"))
                .map(
                    o ->
                        new ObjectInfo(
                            o.key().substring(prefix.length()), o.size(), o.lastModified()))
                .forEach(objects::add));
    objects.sort(Comparator.comparing(ObjectInfo::name));
    return objects;
  }

  /** The etags of the objects directly in a directory, by their last name. */
  Map<String, String> etags(String directory) throws IOException {
    Map<String, String> etags = new HashMap<>();
    int start = key(directory).length() + 1;
    eachPage(
        inside(directory),
        true,
        page ->
            page.contents()
                .forEach(
                    o ->
                        etags.put(
                            o.key().substring(start),
                            new S3Object(Objects.requireNonNullElse(o.eTag(), ""), o.size())
                                .etag())));
    return etags;
  }

  private interface Pages {
    void take(ListObjectsV2Response page);
  }

  private static String inside(String directory) {
    return directory.isEmpty() ? "" : ObjectNames.join(directory, "");
  }

  private void eachPage(String beginning, boolean flat, Pages pages) throws IOException {
    String next = null;
    do {
      ListObjectsV2Response page = page(beginning, null, next, flat);
      pages.take(page);
      next = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
    } while (next != null);
  }

  private ListObjectsV2Response page(String beginning, Integer most, String next, boolean flat)
      throws IOException {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(bucket)
            .prefix(key(beginning))
            .delimiter(flat ? "/" : null)
            .maxKeys(most)
            .continuationToken(next)
            .build();
    String shown = "s3a://" + bucket + "/" + request.prefix();
    return S3Calls.repeat(shown, again -> client.listObjectsV2(request));
  }

  /** Begins an object of several parts. */
  S3Upload upload(String name) throws IOException {
    return S3Upload.begin(this, name);
  }

  @Override
  public String toString() {
    return "s3a://" + bucket + "/" + prefix;
  }
}
