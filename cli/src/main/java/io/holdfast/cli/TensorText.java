package io.holdfast.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Draws picked values in nested brackets, as NumPy does. */
final class TensorText {
  private static final String GAP = "...";
  private static final int MOST_STRING_CHARACTERS = 60;

  private final List<List<Long>> axes;
  private final Iterator<String> cells;
  private final int width;
  private final int columns;
  private final StringBuilder out = new StringBuilder();

  private TensorText(TensorValues values, int columns) {
    List<String> texts = values.values().stream().map(TensorText::cell).toList();
    this.axes = values.axes();
    this.cells = texts.iterator();
    this.width = texts.stream().mapToInt(String::length).max().orElse(0);
    this.columns = columns;
  }

  /** The picture, lines of about {@code columns} characters. */
  static String draw(TensorValues values, int columns) {
    TensorText text = new TensorText(values, columns);
    text.draw(0);
    return text.out.toString();
  }

  private void draw(int axis) {
    if (axis == axes.size()) {
      out.append(cells.next());
    } else if (axis == axes.size() - 1) {
      row(axis);
    } else {
      block(axis);
    }
  }

  private void block(int axis) {
    // Innermost rows stand on lines of their own, blocks of them apart.
    String between = "\n".repeat(axes.size() - axis - 1) + " ".repeat(axis + 1);
    out.append('[');
    long next = 0;
    for (long index : axes.get(axis)) {
      out.append(index == 0 ? "" : between);
      if (index != next) {
        out.append(GAP).append(between);
      }
      draw(axis + 1);
      next = index + 1;
    }
    out.append(']');
  }

  private void row(int axis) {
    List<String> words = new ArrayList<>();
    long next = 0;
    for (long index : axes.get(axis)) {
      if (index != next) {
        words.add(GAP);
      }
      words.add(padded(cells.next()));
      next = index + 1;
    }
    out.append('[');
    int used = axis + 1;
    for (int i = 0; i < words.size(); i++) {
      boolean wraps = i > 0 && used + 1 + words.get(i).length() > columns;
      String before = wraps ? "\n" + " ".repeat(axis + 1) : i > 0 ? " " : "";
      used = wraps ? axis + 1 : used + before.length();
      used += words.get(i).length();
      out.append(before).append(words.get(i));
    }
    out.append(']');
  }

  private String padded(String cell) {
    return " ".repeat(width - cell.length()) + cell;
  }

  private static String cell(Object value) {
    if (!(value instanceof byte[] string)) {
      return String.valueOf(value);
    }
    String text = TensorValues.text(string).orElse("<" + string.length + " bytes>");
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= MOST_STRING_CHARACTERS
        ? '"' + line + '"'
        : '"' + line.substring(0, MOST_STRING_CHARACTERS) + "\"" + GAP;
  }
}
