package io.holdfast.storage.s3;

import io.holdfast.storage.store.ClaimRecord;
import io.holdfast.storage.store.EffectOutcome;
import io.holdfast.storage.store.ObjectNames;
import io.holdfast.storage.store.PublishOutcome;
import io.holdfast.storage.store.Tenure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A term's right, held by its object. {@link S3Store} says what each effect rests on. */
final class S3Tenure implements Tenure {
  /** How often a replaced object may turn out to be another one than was seen. */
  private static final int MOST_TRIES = 5;

  private static final Logger LOG = LoggerFactory.getLogger(S3Tenure.class);

  private final S3Bucket bucket;
  private final S3Terms terms;
  private final S3Terms.Token token;

  /** What this leader has written last under the names that it replaces. */
  private final Map<String, S3Object> written = new ConcurrentHashMap<>();

  /** Names whose publish has ended UNKNOWN and not been settled since. */
  private final Set<String> uncertain = ConcurrentHashMap.newKeySet();

  S3Tenure(S3Bucket bucket, S3Terms terms, S3Terms.Token token) {
    this.bucket = bucket;
    this.terms = terms;
    this.token = token;
  }

  @Override
  public long term() {
    return token.term();
  }

  @Override
  public boolean isFenced() throws IOException {
    return !terms.isCurrent(token);
  }

  @Override
  public PublishOutcome publish(String name, byte[] bytes) {
    ObjectNames.check(name);
    try {
      if (isFenced()) {
        return PublishOutcome.of(PublishOutcome.Status.FENCED, fenced());
      }
    } catch (IOException e) {
      return remembered(name, PublishOutcome.of(PublishOutcome.Status.FAILED, reason(name, e)));
    }
    return remembered(name, make(name, bytes));
  }

  private PublishOutcome make(String name, byte[] bytes) {
    try {
      if (bucket.put(name, bytes, Condition.ABSENT).isPresent()) {
        return seen(PublishOutcome.Status.PUBLISHED);
      }
      return isSame(name, bytes)
          ? seen(PublishOutcome.Status.ALREADY_THERE_SAME)
          : PublishOutcome.of(PublishOutcome.Status.EXISTS_OTHER, name + " has other bytes");
    } catch (S3Errors.RefusedException e) {
      return PublishOutcome.of(PublishOutcome.Status.FAILED, e.getMessage());
    } catch (IOException e) {
      return PublishOutcome.of(PublishOutcome.Status.UNKNOWN, reason(name, e));
    }
  }

  /** What is there before a later term is, that term sees; else only it can tell what counts. */
  private PublishOutcome seen(PublishOutcome.Status status) throws IOException {
    return isFenced()
        ? PublishOutcome.of(PublishOutcome.Status.UNKNOWN, fenced())
        : PublishOutcome.of(status);
  }

  /** A failure is no known failure where an earlier try may have succeeded. */
  private PublishOutcome remembered(String name, PublishOutcome outcome) {
    if (outcome.status() == PublishOutcome.Status.UNKNOWN) {
      uncertain.add(name);
    }
    if (outcome.status() == PublishOutcome.Status.FAILED && uncertain.contains(name)) {
      return PublishOutcome.of(PublishOutcome.Status.UNKNOWN, outcome.reason());
    }
    if (outcome.status() != PublishOutcome.Status.UNKNOWN) {
      uncertain.remove(name);
    }
    return outcome;
  }

  private boolean isSame(String name, byte[] bytes) throws IOException {
    S3Object found = bucket.find(name).orElseThrow(() -> new NoSuchFileException(name));
    if (found.length() != bytes.length) {
      return false;
    }
    ByteBuffer there = ByteBuffer.allocate(bytes.length);
    bucket.read(name, found.etag(), 0, there);
    return Arrays.equals(there.array(), bytes);
  }

  @Override
  public EffectOutcome replace(String name, byte[] bytes) {
    ObjectNames.check(name);
    return effect(
        name,
        () -> replaced(name, name.equals(S3Seal.SEALED) ? S3Seal.with(bytes, term()) : bytes));
  }

  /** First what is there, then the fence, then the write: in this order a claim comes between. */
  private EffectOutcome replaced(String name, byte[] bytes) throws IOException {
    for (int i = 0; i < MOST_TRIES; i++) {
      S3Object mine = written.remove(name);
      Optional<S3Object> there = mine == null ? bucket.find(name) : Optional.of(mine);
      if (isFenced()) {
        return EffectOutcome.of(EffectOutcome.Status.FENCED, fenced());
      }
      Optional<S3Object> now = told(() -> bucket.put(name, bytes, Condition.unchanged(there)));
      if (now.isPresent()) {
        written.put(name, now.get());
        return EffectOutcome.of(EffectOutcome.Status.DONE);
      }
    }
    return EffectOutcome.of(EffectOutcome.Status.FAILED, name + " is written by others");
  }

  @Override
  public EffectOutcome record(ClaimRecord claim) {
    if (claim.term() != term()) {
      throw new IllegalArgumentException("a claim of term " + claim.term() + " in " + token);
    }
    EffectOutcome outcome = replace(S3Terms.claimOf(term()), claim.toJson());
    if (outcome.isSettled()) {
      forgetOlder();
    }
    return outcome;
  }

  private void forgetOlder() {
    try {
      terms.forgetBefore(term());
    } catch (IOException e) {
      LOG.warn("Records of older terms stay until the next claim: {}", e.toString());
    }
  }

  @Override
  public EffectOutcome delete(String name) {
    ObjectNames.check(name);
    return effect(name, () -> deleted(name));
  }

  private EffectOutcome deleted(String name) throws IOException {
    boolean there = bucket.find(name).isPresent();
    if (isFenced()) {
      return EffectOutcome.of(EffectOutcome.Status.FENCED, fenced());
    }
    if (!there) {
      return EffectOutcome.of(EffectOutcome.Status.ABSENT);
    }
    written.remove(name);
    return told(
        () -> {
          bucket.delete(name);
          return EffectOutcome.of(EffectOutcome.Status.DONE);
        });
  }

  @Override
  public EffectOutcome move(String name, String target) {
    ObjectNames.check(name);
    ObjectNames.check(target);
    return effect(name, () -> moved(name, target));
  }

  private EffectOutcome moved(String name, String target) throws IOException {
    Optional<S3Object> source = bucket.find(name);
    if (isFenced()) {
      return EffectOutcome.of(EffectOutcome.Status.FENCED, fenced());
    }
    if (source.isEmpty()) {
      return EffectOutcome.of(EffectOutcome.Status.ABSENT);
    }
    S3Copy.toFreeName(bucket, name, source.get(), target);
    return deleted(name);
  }

  /** Steps of an effect; a failure to look is a known failure, one to write is not. */
  private interface Steps {
    EffectOutcome take() throws IOException;
  }

  private interface Write<T> {
    T make() throws IOException;
  }

  /** A write that was sent and whose end is not known. */
  private static final class UnknownException extends IOException {
    private static final long serialVersionUID = 1L;

    UnknownException(IOException cause) {
      super(cause);
    }
  }

  private static <T> T told(Write<T> write) throws IOException {
    try {
      return write.make();
    } catch (S3Errors.RefusedException e) {
      throw e;
    } catch (IOException e) {
      throw new UnknownException(e);
    }
  }

  private static EffectOutcome effect(String name, Steps steps) {
    try {
      return steps.take();
    } catch (UnknownException e) {
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason(name, e.getCause()));
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.FAILED, reason(name, e));
    }
  }

  private String fenced() {
    return "term " + term() + " no longer leads";
  }

  private static String reason(String name, Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.startsWith(name) ? message : name + ": " + message;
  }
}
