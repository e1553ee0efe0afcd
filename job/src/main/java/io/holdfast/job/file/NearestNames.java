package io.holdfast.job.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the known names that someone may have meant who gave an unknown one. */
public final class NearestNames {
  private NearestNames() {}

  /**
   * The names that are near enough to be worth saying, nearest first; often none.
   *
   * @param most how many at most
   */
  public static List<String> of(String name, Collection<String> known, int most) {
    String lower = name.toLowerCase(Locale.ROOT);
    int enough = Math.max(2, name.length() / 3);
    return known.stream()
        .filter(candidate -> Math.abs(candidate.length() - name.length()) <= enough)
        .filter(candidate -> distance(lower, candidate.toLowerCase(Locale.ROOT)) <= enough)
        .sorted(
            Comparator.comparingInt(
                    (String candidate) -> distance(lower, candidate.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()))
        .limit(most)
        .toList();
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
