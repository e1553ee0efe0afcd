package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleFiles;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of one checkpoint: {@code ckpt-t<TERM>r<ROUND>-<STEP>}, numbers without padding. Never
 * used twice. In order of step, then term, then round.
 *
 * @param term the leader's term, at least 1
 * @param round the round of the term in which the state was handed over, at least 0
 * @param step the step after which the state was taken, at least 0
 */
public record Prefix(long term, long round, long step) implements Comparable<Prefix> {
  private static final String NUMBER = "(0|[1-9][0-9]{0,17})";
  private static final Pattern TEXT =
      Pattern.compile("ckpt-t" + NUMBER + "r" + NUMBER + "-" + NUMBER);
  private static final Comparator<Prefix> ORDER =
      Comparator.comparingLong(Prefix::step)
          .thenComparingLong(Prefix::term)
          .thenComparingLong(Prefix::round);

  public Prefix {
    if (term < 1 || round < 0 || step < 0) {
      throw new IllegalArgumentException(
          "bad prefix: term " + term + ", round " + round + ", step " + step);
    }
  }

  /** The prefix that a text is; empty for any other text, such as one with padded numbers. */
  public static Optional<Prefix> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches() || matcher.group(1).equals("0")) {
      return Optional.empty();
    }
    return Optional.of(
        new Prefix(
            Long.parseLong(matcher.group(1)),
            Long.parseLong(matcher.group(2)),
            Long.parseLong(matcher.group(3))));
  }

  /** The names of this checkpoint's files. */
  public BundleFiles files() {
    return new BundleFiles(toString());
  }

  @Override
  public int compareTo(Prefix other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "ckpt-t" + term + "r" + round + "-" + step;
  }
}
