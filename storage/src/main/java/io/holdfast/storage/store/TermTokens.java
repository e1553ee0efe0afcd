package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The token directory of the current term, and how it passes from one leader to the next. See
 * {@link FileTreeStore}.
 */
final class TermTokens {
  private static final String HOLDFAST = ".holdfast";
  private static final String TERMS = HOLDFAST + "/terms";
  private static final Pattern LEAF = Pattern.compile("([1-9][0-9]{0,17})-([0-9a-f]{16})");

  /**
   * A token: {@code .holdfast/terms/TERM-NONCE}.
   *
   * @param term at least 1
   * @param nonce 16 hexadecimal digits
   */
  record Token(long term, String nonce) {
    String leaf() {
      return term + "-" + nonce;
    }

    String path() {
      return TERMS + "/" + leaf();
    }

    String file(String leaf) {
      return path() + "/" + leaf;
    }

    static Optional<Token> parse(String leaf) {
      Matcher matcher = LEAF.matcher(leaf);
      return matcher.matches()
          ? Optional.of(new Token(Long.parseLong(matcher.group(1)), matcher.group(2)))
          : Optional.empty();
    }
  }

  private static final SecureRandom RANDOM = new SecureRandom();

  private final FileTree disk;
  private final Supplier<String> nonces;

  TermTokens(FileTree disk) {
    this(disk, () -> String.format("%016x", RANDOM.nextLong()));
  }

  TermTokens(FileTree disk, Supplier<String> nonces) {
    this.disk = disk;
    this.nonces = nonces;
  }

  /** The token with the largest term; empty if there is none. */
  Optional<Token> current() throws IOException {
    Optional<Token> newest = Optional.empty();
    for (FileTree.Entry entry : Directories.entries(disk, TERMS)) {
      Optional<Token> token = Token.parse(entry.leaf());
      if (token.isPresent() && (newest.isEmpty() || token.get().term() > newest.get().term())) {
        newest = token;
      }
    }
    return newest;
  }

  /** Tries to become the holder of the next token; empty if another one did. */
  Optional<Token> claim(long largestTermSeen) throws IOException {
    Optional<Token> before = current();
    long next = 1 + Math.max(largestTermSeen, before.map(Token::term).orElse(0L));
    Token mine = new Token(next, nonces.get());
    boolean won = before.isPresent() ? takeOver(before.get(), mine) : begin(mine);
    if (!won) {
      return Optional.empty();
    }
    disk.syncDirectory(TERMS);
    new Inheritance(disk, mine).settle(TERMS);
    return Optional.of(mine);
  }

  private boolean takeOver(Token before, Token mine) throws IOException {
    try {
      disk.rename(before.path(), mine.path());
      return true;
    } catch (NoSuchFileException e) {
      // Some network file systems repeat a request and then miss what the first try moved.
      return disk.exists(mine.path());
    } catch (IOException e) {
      if (disk.exists(mine.path())) {
        return true;
      }
      throw e;
    }
  }

  /**
   * The first token of a run, also where {@code .holdfast} or {@code terms} is there but empty:
   * rename(2) puts a full directory in the place of an absent or empty one only.
   */
  private boolean begin(Token mine) throws IOException {
    String genesis = HOLDFAST + "/" + Inheritance.GENESIS + mine.nonce();
    try {
      Directories.make(disk, genesis);
      disk.makeDirectory(genesis + "/" + mine.leaf());
      disk.syncDirectory(genesis);
      disk.rename(genesis, TERMS);
      disk.syncDirectory(HOLDFAST);
      return true;
    } catch (IOException e) {
      if (disk.exists(mine.path())) {
        disk.syncDirectory(HOLDFAST);
        return true;
      }
      if (current().isEmpty()) {
        throw e;
      }
      return false;
    }
  }
}
