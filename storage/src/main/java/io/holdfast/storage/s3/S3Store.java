package io.holdfast.storage.s3;

import io.holdfast.storage.store.ClaimOutcome;
import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.FileUse;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectNames;
import io.holdfast.storage.store.ObjectReader;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ObjectWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A run below a key prefix of a bucket. S3 renames nothing, so what one rename does elsewhere is
 * done here by conditions that the server checks as it writes, and it lists what it has answered
 * for (both since 2020 and 2024 on Amazon's; a server that ignores conditions must not be used).
 *
 * <pre>
 *   claim        PUT .holdfast/terms/U  If-None-Match: *       (U > T; one winner a number)
 *                LIST terms             is U the largest? else it is lost
 *                PUT checkpoint         If-Match: what is there; now with term U as a comment
 *   publish      LIST terms             is mine the largest?
 *                PUT NAME               If-None-Match: *
 *                LIST terms             is mine the largest still? else UNKNOWN
 *   replace      (etag of NAME)  LIST terms  PUT NAME If-Match: etag
 *   delete       LIST terms             DELETE NAME
 *   move         LIST terms             copy by the server, LIST terms, DELETE NAME
 * </pre>
 *
 * <p>A leader that is paused before its last request may send it after another one has claimed. So
 * what is promised is, effect by effect:
 *
 * <ul>
 *   <li><b>A publish that is acknowledged is seen by every later leader.</b> Mine was the largest
 *       term after the object was there, so each later claim, and its listing, come after it.
 *   <li><b>A publish that comes late</b> (unacknowledged) makes an object of an older term. It
 *       cannot take another's name, for checkpoints carry term and round. A later leader that does
 *       not list it in time starts from an earlier step and says so in its claim, so it is void
 *       ({@link ClaimRecord#voids}); it is never named by {@code checkpoint}. Should it come later
 *       still, its shard files, which belong to an unfinished save, are collected already: what
 *       reads it finds it damaged, never other bytes.
 *   <li><b>{@code checkpoint} is fenced without a gap</b> once there is one: a claim changes it
 *       before it returns, no etag of an earlier term fits any more ({@link S3Seal}), and a leader
 *       takes an etag only before it looks for later terms. In a run that has no {@code checkpoint}
 *       yet a woken leader may make the first one; the next commit replaces it.
 *   <li><b>A deletion that comes late</b> removes what it was decided for while its leader led: a
 *       superseded checkpoint, after a newer one was read back whole and the deletion was announced
 *       where pins are, or the remains of an unfinished save. Names are not used again, so it hits
 *       nothing that is newer. This is weaker than on a file system in one case: if that newer one
 *       is damaged after it was verified, and the leader was paused just before the request, the
 *       later leader may find the older one gone too.
 *   <li><b>A move</b> is a copy and a deletion. One that is interrupted leaves the object under
 *       both names, and whoever decided it decides it again.
 *   <li>Other replaced objects (the lease, the claim of a term, reasons in the quarantine) are one
 *       leader's own, or are written again by the next one within a second.
 * </ul>
 *
 * <p>An object is complete or not there. {@link #create} looks whether the name is free, and the
 * first one that completes it has it; the others are told at their sync. Durable is what S3 has
 * answered for. An append writes the object anew ({@link S3Appender}).
 */
public final class S3Store implements ObjectStore {
  private final URI location;
  private final S3Bucket bucket;
  private final S3Terms terms;

  private S3Store(URI location, S3Bucket bucket) {
    this.location = location;
    this.bucket = bucket;
    this.terms = new S3Terms(bucket);
  }

  /**
   * The store below a prefix that must hold something.
   *
   * @param location {@code s3a://bucket/path}
   * @throws NoSuchFileException if nothing lies there
   */
  public static ObjectStore open(URI location) throws IOException {
    S3Bucket bucket = S3Bucket.of(location);
    if (!bucket.isThere()) {
      throw new NoSuchFileException(location.toString());
    }
    return new S3Store(location, bucket);
  }

  /** Every object below a prefix, in order of name. */
  public static List<FileUse> filesBelow(URI location) throws IOException {
    return S3Bucket.of(location).listBelow().stream()
        .map(object -> new FileUse(object.name(), object.length(), object.identity()))
        .toList();
  }

  /** The store below a prefix, where nothing need be; the bucket must exist. */
  public static ObjectStore openOrMake(URI location) throws IOException {
    S3Bucket bucket = S3Bucket.of(location);
    // Directories are not made; this asks for the bucket, and the right to list it.
    bucket.isThere();
    return new S3Store(location, bucket);
  }

  @Override
  public URI location() {
    return location;
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    if (bucket.find(ObjectNames.check(name)).isPresent()) {
      throw new FileAlreadyExistsException(name);
    }
    return new S3Writer(bucket, name);
  }

  @Override
  public ObjectWriter append(String name) throws IOException {
    return new S3Appender(bucket, ObjectNames.check(name));
  }

  @Override
  public ObjectReader open(String name) throws IOException {
    ObjectReader reader = S3Reader.open(bucket, ObjectNames.check(name));
    return name.equals(S3Seal.SEALED) ? S3Seal.unsealed(reader) : reader;
  }

  @Override
  public List<ObjectInfo> list(String directory, String beginning) throws IOException {
    return bucket.list(directory.isEmpty() ? "" : ObjectNames.check(directory), beginning);
  }

  /** A copy that the server makes, which has bytes of its own. */
  @Override
  public boolean link(String source, String target) throws IOException {
    S3Object object =
        bucket.find(ObjectNames.check(source)).orElseThrow(() -> new NoSuchFileException(source));
    boolean free = bucket.find(ObjectNames.check(target)).isEmpty();
    if (!free || !S3Copy.toAbsent(bucket, source, object, target, S3Copy.LONGEST)) {
      throw new FileAlreadyExistsException(target);
    }
    return true;
  }

  @Override
  public boolean delete(String name) throws IOException {
    boolean there = bucket.find(ObjectNames.check(name)).isPresent();
    if (there) {
      bucket.delete(name);
    }
    return there;
  }

  @Override
  public ClaimOutcome claim(long largestTermSeen) throws IOException {
    if (largestTermSeen < 0) {
      throw new IllegalArgumentException("negative term: " + largestTermSeen);
    }
    Optional<S3Terms.Token> won = terms.claim(largestTermSeen);
    if (won.isPresent()) {
      return new ClaimOutcome.Won(new S3Tenure(bucket, terms, won.get()));
    }
    return new ClaimOutcome.Lost(currentTerm().orElse(0));
  }

  @Override
  public OptionalLong currentTerm() throws IOException {
    Optional<S3Terms.Token> token = terms.current();
    return token.isPresent() ? OptionalLong.of(token.get().term()) : OptionalLong.empty();
  }

  @Override
  public Optional<ClaimRecord> lastClaim() throws IOException {
    return terms.lastClaim();
  }

  @Override
  public String toString() {
    return location.toString();
  }
}
