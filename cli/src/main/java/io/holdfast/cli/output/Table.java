package io.holdfast.cli.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A table in plain text: a head, rows, columns as wide as they need; numbers stand right. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final int columns;

  /** A table with these column heads. */
  public Table(String... heads) {
    rows.add(List.of(heads));
    columns = heads.length;
  }

  /** Adds a row with as many cells as there are heads. */
  public Table row(Object... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(cells.length + " cells in a row of " + columns);
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell));
    }
    rows.add(row);
    return this;
  }

  /** Prints it. */
  public void print(PrintStream out) {
    lines().forEach(out::println);
  }

  /** Its lines, the head first. */
  public List<String> lines() {
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      numeric[column] = rows.size() > 1;
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
      for (List<String> row : rows.subList(1, rows.size())) {
        numeric[column] &= isNumber(row.get(column));
      }
    }
    return rows.stream().map(row -> line(row, widths, numeric)).toList();
  }

  private static boolean isNumber(String cell) {
    return cell.isEmpty() || cell.equals("-") || Character.isDigit(cell.charAt(0));
  }

  private static String line(List<String> row, int[] widths, boolean[] numeric) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      line.append(column == 0 ? "" : GAP);
      line.append(numeric[column] ? padding + cell : cell + padding);
    }
    return line.toString().stripTrailing();
  }
}
