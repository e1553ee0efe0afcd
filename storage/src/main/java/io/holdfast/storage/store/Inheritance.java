package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Base64;

/**
 * What an earlier leader left in the token when it was cut off: its moves are finished, all else is
 * removed. Removing its temporary files also stops a link(2) of one of them that is under way.
 */
final class Inheritance {
  /** Starts the name of a first token that is being built. */
  static final String GENESIS = "genesis-";

  /** Starts the name of a file on its way to another name: move~SEQUENCE~BASE64URL(target). */
  static final String MOVE = "move~";

  private final FileTree disk;
  private final TermTokens.Token mine;

  Inheritance(FileTree disk, TermTokens.Token mine) {
    this.disk = disk;
    this.mine = mine;
  }

  void settle(String terms) throws IOException {
    for (FileTree.Entry entry : Directories.entries(disk, mine.path())) {
      if (entry.leaf().startsWith(MOVE)) {
        finishMove(mine.file(entry.leaf()), targetOf(entry.leaf()));
      } else if (!entry.leaf().equals(TokenTenure.CLAIM)) {
        Directories.removeTree(disk, entry, mine.path());
      }
    }
    for (FileTree.Entry entry : Directories.entries(disk, terms)) {
      TermTokens.Token other = TermTokens.Token.parse(entry.leaf()).orElse(mine);
      if (other.term() <= mine.term() && !other.equals(mine)) {
        removeFrom(terms, entry);
      }
    }
    String above = ObjectNames.parent(terms);
    for (FileTree.Entry entry : Directories.entries(disk, above)) {
      if (entry.leaf().startsWith(GENESIS)) {
        removeFrom(above, entry);
      }
    }
  }

  /**
   * Removes a copy of a token that someone made, or the beginning of a claim that lost; by way of
   * the token, so that a claimer who has lost it meanwhile removes nothing.
   */
  private void removeFrom(String directory, FileTree.Entry entry) throws IOException {
    try {
      disk.rename(ObjectNames.join(directory, entry.leaf()), mine.file(entry.leaf()));
    } catch (NoSuchFileException e) {
      // It went by itself, or the token did: nothing is left for this claim to do.
      return;
    }
    Directories.removeTree(disk, entry, mine.path());
  }

  private void finishMove(String staged, String target) throws IOException {
    Directories.make(disk, ObjectNames.parent(target));
    try {
      disk.rename(staged, freeName(disk, target));
    } catch (NoSuchFileException e) {
      if (disk.exists(staged)) {
        throw e;
      }
      return;
    }
    disk.syncDirectory(ObjectNames.parent(target));
  }

  /** {@code target}, or the first of {@code target~2}, {@code target~3} ... that is not taken. */
  static String freeName(FileTree disk, String target) throws IOException {
    String name = target;
    for (int i = 2; disk.exists(name); i++) {
      name = target + "~" + i;
    }
    return name;
  }

  static String staged(long sequence, String target) {
    byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
    return MOVE + sequence + "~" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String targetOf(String leaf) throws IOException {
    String encoded = leaf.substring(leaf.lastIndexOf('~') + 1);
    try {
      return ObjectNames.check(
          new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new IOException("no target in the name of an unfinished move: " + leaf, e);
    }
  }
}
