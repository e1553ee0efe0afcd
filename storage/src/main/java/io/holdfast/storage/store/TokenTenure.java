package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A term's right, held by its token directory. See {@link FileTreeStore} for the steps. */
final class TokenTenure implements Tenure {
  /** The claim record's name in the token. */
  static final String CLAIM = "claim.json";

  private static final Logger LOG = LoggerFactory.getLogger(TokenTenure.class);

  private final FileTree disk;
  private final TermTokens.Token token;
  private final AtomicLong sequence = new AtomicLong();

  /** Names whose publish has ended UNKNOWN and not been settled since. */
  private final Set<String> uncertain = ConcurrentHashMap.newKeySet();

  TokenTenure(FileTree disk, TermTokens.Token token) {
    this.disk = disk;
    this.token = token;
  }

  @Override
  public long term() {
    return token.term();
  }

  @Override
  public boolean isFenced() throws IOException {
    return !disk.exists(token.path());
  }

  @Override
  public PublishOutcome publish(String name, byte[] bytes) {
    ObjectNames.check(name);
    String temp = temp();
    Optional<EffectOutcome> refused = writeTemp(temp, bytes);
    if (refused.isPresent()) {
      return remembered(name, asPublish(refused.get()));
    }
    PublishOutcome outcome = give(temp, name, bytes);
    discard(temp);
    return remembered(name, durable(outcome, sync(ObjectNames.parent(name))));
  }

  /** One file serves for all names where a file may have several; directories are synced once. */
  @Override
  public List<PublishOutcome> publishAll(List<String> names, byte[] bytes) {
    String temp = temp();
    boolean written = false;
    List<PublishOutcome> given = new ArrayList<>();
    for (String name : names) {
      Optional<EffectOutcome> refused =
          written && isThere(temp) ? Optional.empty() : writeTemp(temp, bytes);
      written = refused.isEmpty();
      given.add(written ? give(temp, name, bytes) : asPublish(refused.get()));
    }
    discard(temp);
    Map<String, EffectOutcome> syncs = new HashMap<>();
    List<PublishOutcome> outcomes = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      EffectOutcome synced = syncs.computeIfAbsent(ObjectNames.parent(name), this::sync);
      outcomes.add(remembered(name, durable(given.get(i), synced)));
    }
    return outcomes;
  }

  /** A publish by renaming takes the file away. */
  private boolean isThere(String temp) {
    try {
      return disk.exists(temp);
    } catch (IOException e) {
      LOG.debug("{} is written again: {}", temp, e.toString());
      return false;
    }
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

  /** Not yet durable. */
  private PublishOutcome give(String temp, String name, byte[] bytes) {
    try {
      Directories.make(disk, ObjectNames.parent(name));
    } catch (IOException e) {
      return PublishOutcome.of(PublishOutcome.Status.FAILED, reason("directory of", name, e));
    }
    try {
      disk.publish(temp, name);
    } catch (FileAlreadyExistsException e) {
      return compare(name, bytes);
    } catch (NoSuchFileException e) {
      return asPublish(missing(EffectOutcome.Status.FAILED, e));
    } catch (IOException e) {
      return PublishOutcome.of(PublishOutcome.Status.UNKNOWN, reason("publish", name, e));
    }
    return PublishOutcome.of(PublishOutcome.Status.PUBLISHED);
  }

  private PublishOutcome compare(String name, byte[] bytes) {
    try (ObjectReader reader = disk.open(name)) {
      if (reader.length() != bytes.length) {
        return PublishOutcome.of(PublishOutcome.Status.EXISTS_OTHER, name + " has other bytes");
      }
      ByteBuffer there = ByteBuffer.allocate(bytes.length);
      reader.readFully(0, there);
      if (!Arrays.equals(there.array(), bytes)) {
        return PublishOutcome.of(PublishOutcome.Status.EXISTS_OTHER, name + " has other bytes");
      }
    } catch (IOException e) {
      return PublishOutcome.of(PublishOutcome.Status.UNKNOWN, reason("compare", name, e));
    }
    return PublishOutcome.of(PublishOutcome.Status.ALREADY_THERE_SAME);
  }

  /** What is there is only known to stay once its directory is synced. */
  private static PublishOutcome durable(PublishOutcome outcome, EffectOutcome synced) {
    return outcome.isThere() && !synced.isSettled()
        ? PublishOutcome.of(PublishOutcome.Status.UNKNOWN, synced.reason())
        : outcome;
  }

  private EffectOutcome sync(String directory) {
    try {
      disk.syncDirectory(directory);
      return EffectOutcome.of(EffectOutcome.Status.DONE);
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason("sync of", directory, e));
    }
  }

  @Override
  public EffectOutcome replace(String name, byte[] bytes) {
    ObjectNames.check(name);
    return replaceAt(name, bytes, true);
  }

  @Override
  public EffectOutcome record(ClaimRecord claim) {
    if (claim.term() != token.term()) {
      throw new IllegalArgumentException("a claim of term " + claim.term() + " in " + token);
    }
    return replaceAt(token.file(CLAIM), claim.toJson(), false);
  }

  private EffectOutcome replaceAt(String path, byte[] bytes, boolean makeDirectory) {
    String temp = temp();
    Optional<EffectOutcome> refused = writeTemp(temp, bytes);
    if (refused.isPresent()) {
      return refused.get();
    }
    try {
      // Never for the token itself: that only a claim makes.
      Directories.make(disk, makeDirectory ? ObjectNames.parent(path) : "");
    } catch (IOException e) {
      discard(temp);
      return EffectOutcome.of(EffectOutcome.Status.FAILED, reason("directory of", path, e));
    }
    return renameFrom(temp, path);
  }

  @Override
  public EffectOutcome delete(String name) {
    ObjectNames.check(name);
    String trash = trash();
    EffectOutcome taken = take(name, trash);
    if (taken.status() == EffectOutcome.Status.DONE) {
      discard(trash);
    }
    return taken;
  }

  /** Directories are synced once for all. */
  @Override
  public EffectOutcome deleteAll(List<String> names) {
    List<String> taken = new ArrayList<>();
    Set<String> parents = new TreeSet<>();
    EffectOutcome outcome = EffectOutcome.of(EffectOutcome.Status.DONE);
    for (String name : names) {
      String trash = trash();
      outcome = rename(ObjectNames.check(name), trash);
      if (outcome.status() == EffectOutcome.Status.DONE) {
        taken.add(trash);
        parents.add(ObjectNames.parent(name));
      } else if (outcome.status() == EffectOutcome.Status.ABSENT) {
        outcome = absent(name);
      }
      if (!outcome.isSettled()) {
        return outcome;
      }
    }
    outcome = syncTaken(parents);
    if (outcome.isSettled()) {
      taken.forEach(this::discard);
    }
    return outcome;
  }

  private EffectOutcome syncTaken(Set<String> parents) {
    try {
      disk.syncDirectory(token.path());
      for (String parent : parents) {
        disk.syncDirectory(parent);
      }
      return EffectOutcome.of(EffectOutcome.Status.DONE);
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason("sync of", parents + "", e));
    }
  }

  private String trash() {
    return token.file("trash~" + sequence.incrementAndGet());
  }

  @Override
  public EffectOutcome move(String name, String target) {
    ObjectNames.check(name);
    ObjectNames.check(target);
    String staged = token.file(Inheritance.staged(sequence.incrementAndGet(), target));
    EffectOutcome taken = take(name, staged);
    if (taken.status() != EffectOutcome.Status.DONE) {
      return taken;
    }
    try {
      Directories.make(disk, ObjectNames.parent(target));
      return renameFrom(staged, Inheritance.freeName(disk, target));
    } catch (IOException e) {
      // The file waits in the token; the next claim finishes the move.
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason("move", name, e));
    }
  }

  /** Takes a shared file into the token, durably out of readers' sight. */
  private EffectOutcome take(String name, String inToken) {
    EffectOutcome renamed = rename(name, inToken);
    if (renamed.status() == EffectOutcome.Status.DONE) {
      return syncTaken(Set.of(ObjectNames.parent(name)));
    }
    return renamed.status() == EffectOutcome.Status.ABSENT ? absent(name) : renamed;
  }

  /** Not yet durable. */
  private EffectOutcome rename(String name, String inToken) {
    try {
      disk.rename(name, inToken);
      return EffectOutcome.of(EffectOutcome.Status.DONE);
    } catch (NoSuchFileException e) {
      return missing(EffectOutcome.Status.ABSENT, e);
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason("take away", name, e));
    }
  }

  /** An earlier try may have taken the name away without having synced its directory. */
  private EffectOutcome absent(String name) {
    try {
      disk.syncDirectory(ObjectNames.parent(name));
    } catch (NoSuchFileException e) {
      LOG.debug("nothing to sync above {}: {}", name, e.toString());
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason("sync of", name, e));
    }
    return EffectOutcome.of(EffectOutcome.Status.ABSENT);
  }

  private EffectOutcome renameFrom(String inToken, String path) {
    try {
      disk.rename(inToken, path);
    } catch (NoSuchFileException e) {
      return missing(EffectOutcome.Status.FAILED, e);
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason("rename to", path, e));
    }
    try {
      disk.syncDirectory(ObjectNames.parent(path));
      return EffectOutcome.of(EffectOutcome.Status.DONE);
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason("sync of", path, e));
    }
  }

  private Optional<EffectOutcome> writeTemp(String temp, byte[] bytes) {
    try (FileTree.OpenFile file = disk.createNew(temp)) {
      file.write(ByteBuffer.wrap(bytes));
      file.force();
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.of(missing(EffectOutcome.Status.FAILED, e));
    } catch (IOException e) {
      discard(temp);
      return Optional.of(EffectOutcome.of(EffectOutcome.Status.FAILED, reason("write", temp, e)));
    }
  }

  /** Something named in a step is not there: the token if fenced, else what the caller named. */
  private EffectOutcome missing(EffectOutcome.Status otherwise, NoSuchFileException cause) {
    try {
      if (!disk.exists(token.path())) {
        String reason = "term " + token.term() + " no longer leads";
        return EffectOutcome.of(EffectOutcome.Status.FENCED, reason);
      }
    } catch (IOException e) {
      return EffectOutcome.of(EffectOutcome.Status.UNKNOWN, reason("look for", token.path(), e));
    }
    return EffectOutcome.of(otherwise, cause.toString());
  }

  /** Removes a file of the token that has served; what stays goes with the next claim. */
  private void discard(String path) {
    try {
      disk.remove(path);
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone: term {} no longer leads or never wrote it", path, token.term());
    } catch (IOException e) {
      LOG.warn("{} stays until the next claim: {}", path, e.toString());
    }
  }

  private String temp() {
    return token.file("temp~" + sequence.incrementAndGet());
  }

  private static PublishOutcome asPublish(EffectOutcome outcome) {
    PublishOutcome.Status status =
        switch (outcome.status()) {
          case FENCED -> PublishOutcome.Status.FENCED;
          case FAILED, ABSENT -> PublishOutcome.Status.FAILED;
          case UNKNOWN -> PublishOutcome.Status.UNKNOWN;
          case DONE -> throw new IllegalStateException("a refusal cannot be done");
        };
    return PublishOutcome.of(status, outcome.reason());
  }

  private static String reason(String step, String name, IOException cause) {
    return step + " " + name + ": " + cause;
  }
}
