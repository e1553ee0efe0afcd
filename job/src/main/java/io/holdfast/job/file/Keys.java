package io.holdfast.job.file;

import java.util.Collection;
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
        + NearestNames.of(name, known, 1).stream()
            .findFirst()
            .map(near -> "did you mean `" + near + "`?")
            .orElseGet(
                () -> "allowed: " + known.stream().sorted().collect(Collectors.joining(", ")));
  }
}
