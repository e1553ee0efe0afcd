package io.holdfast.cli.launch;

import java.util.List;
import java.util.stream.Collectors;

/** Words as a POSIX shell takes them. */
final class ShellText {
  private ShellText() {}

  /** One word, whatever is in it. */
  static String quote(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  static String quote(List<String> words) {
    return words.stream().map(ShellText::quote).collect(Collectors.joining(" "));
  }
}
