package io.holdfast.storage.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in a file tree that renames atomically: a POSIX directory or a directory of HDFS.
 *
 * <p>{@code .holdfast/terms/} holds exactly one directory, the token, named {@code TERM-NONCE} for
 * the current term:
 *
 * <pre>
 *   claim        rename  .holdfast/terms/T-a  to  .holdfast/terms/U-b     (U > T; one step, one winner)
 *   publish      publish token/temp           to  NAME                    (refuses a taken name)
 *   replace      rename  token/temp           to  NAME
 *   delete       rename  NAME                 to  token/trash, then remove
 *   move         rename  NAME                 to  token/move~TARGET, then that to TARGET
 * </pre>
 *
 * A leader whose token has been renamed away finds no source or no target for any of these. Nobody
 * but a claim makes a token, and a claim needs the one before, so a claimer that was paused makes
 * no second one. The nonce tells tokens of one term apart that come to be when someone removes
 * {@code .holdfast} under a living leader.
 */
public final class FileTreeStore implements ObjectStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileTreeStore.class);

  private final URI location;
  private final FileTree disk;
  private final TermTokens tokens;

  /**
   * A store over a tree.
   *
   * @param location of the tree's root, as users write it
   */
  public FileTreeStore(URI location, FileTree disk) {
    this.location = location;
    this.disk = disk;
    this.tokens = new TermTokens(disk);
  }

  @Override
  public URI location() {
    return location;
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    Directories.make(disk, ObjectNames.parent(ObjectNames.check(name)));
    return new DurableWriter(disk, name, disk.createNew(name));
  }

  @Override
  public ObjectWriter append(String name) throws IOException {
    Directories.make(disk, ObjectNames.parent(ObjectNames.check(name)));
    return new DurableWriter(disk, name, disk.openAppend(name));
  }

  @Override
  public ObjectReader open(String name) throws IOException {
    return disk.open(ObjectNames.check(name));
  }

  @Override
  public List<ObjectInfo> list(String directory, String beginning) throws IOException {
    if (!directory.isEmpty()) {
      ObjectNames.check(directory);
    }
    List<ObjectInfo> objects = new ArrayList<>();
    for (FileTree.Entry entry : Directories.entries(disk, directory, beginning)) {
      if (!entry.isDirectory()) {
        String name = ObjectNames.join(directory, entry.leaf());
        Object identity = entry.identity().orElse(name);
        objects.add(new ObjectInfo(name, entry.length(), entry.modified(), identity));
      }
    }
    objects.sort(Comparator.comparing(ObjectInfo::name));
    return objects;
  }

  @Override
  public int streams() {
    return disk.streams();
  }

  @Override
  public boolean link(String source, String target) throws IOException {
    String directory = ObjectNames.parent(ObjectNames.check(target));
    Directories.make(disk, directory);
    if (!disk.link(ObjectNames.check(source), target)) {
      return false;
    }
    disk.syncDirectory(directory);
    return true;
  }

  @Override
  public boolean delete(String name) throws IOException {
    try {
      disk.remove(ObjectNames.check(name));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public ClaimOutcome claim(long largestTermSeen) throws IOException {
    if (largestTermSeen < 0) {
      throw new IllegalArgumentException("negative term: " + largestTermSeen);
    }
    Optional<TermTokens.Token> won = tokens.claim(largestTermSeen);
    if (won.isPresent()) {
      return new ClaimOutcome.Won(new TokenTenure(disk, won.get()));
    }
    return new ClaimOutcome.Lost(currentTerm().orElse(0));
  }

  @Override
  public OptionalLong currentTerm() throws IOException {
    Optional<TermTokens.Token> token = tokens.current();
    return token.isPresent() ? OptionalLong.of(token.get().term()) : OptionalLong.empty();
  }

  @Override
  public Optional<ClaimRecord> lastClaim() throws IOException {
    Optional<TermTokens.Token> token = tokens.current();
    if (token.isEmpty()) {
      return Optional.empty();
    }
    String name = token.get().file(TokenTenure.CLAIM);
    try {
      return Optional.of(ClaimRecord.parse(readSmall(name, StoreJson.LIMIT_BYTES)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException | ObjectTooLargeException e) {
      LOG.warn("{} in {} is not a claim record and is left out: {}", name, location, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return location.toString();
  }
}
