package io.holdfast.job.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Dotted key paths, and the nearest known name of an unknown one. */
final class Keys {
  private Keys() {}

  static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  static String item(String path, int index) {
    return path + "[" + index + "]";
  }

  /** "unknown key `filter`; did you mean `filters`?", or the known ones where none is near. */
  static String unknown(String what, String name, Collection<String> known) {
    return "unknown "
        + what
        + " `"
        + name
        + "`; "
        + nearest(name, known)
            .map(near -> "did you mean `" + near + "`?")
            .orElseGet(
                () -> "allowed: " + known.stream().sorted().collect(Collectors.joining(", ")));
  }

  private static Optional<String> nearest(String name, Collection<String> known) {
    String lower = name.toLowerCase(Locale.ROOT);
    int enough = Math.max(2, name.length() / 3);
    return known.stream()
        .filter(candidate -> Math.abs(candidate.length() - name.length()) <= enough)
        .filter(candidate -> distance(lower, candidate) <= enough)
        .min(
            Comparator.comparingInt((String candidate) -> distance(lower, candidate))
                .thenComparing(Comparator.naturalOrder()));
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
