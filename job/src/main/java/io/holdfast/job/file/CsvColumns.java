package io.holdfast.job.file;

import io.holdfast.job.DataSpec;
import io.holdfast.job.DataSpec.Column;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Where labels and features stand in a CSV file's rows.
 *
 * @param count cells of a row
 * @param names the columns' names; absent in a file without a header
 * @param labels places of the labels, in the job's order
 * @param features places of the features, in their order
 */
record CsvColumns(
    int count, Optional<List<String>> names, List<Integer> labels, List<Integer> features) {

  /**
   * Finds a job's columns.
   *
   * @param file for errors
   * @param first the first row
   */
  static CsvColumns of(DataSpec.Csv spec, String file, List<String> first) throws CsvException {
    Optional<List<String>> names =
        spec.header() ? Optional.of(first.stream().map(String::strip).toList()) : Optional.empty();
    List<Integer> labels = places("label", spec.label(), file, first.size(), names);
    List<Integer> features =
        spec.columns().isPresent()
            ? places("columns", spec.columns().get(), file, first.size(), names)
            : IntStream.range(0, first.size()).filter(i -> !labels.contains(i)).boxed().toList();
    CsvColumns columns = new CsvColumns(first.size(), names, labels, features);
    for (int feature : features) {
      if (labels.contains(feature)) {
        throw new CsvException("columns", columns.name(feature) + " is a label already");
      }
    }
    return columns;
  }

  /** A column for people: {@code column "price"}, or {@code column 3} where it has no name. */
  String name(int column) {
    return "column " + names.map(all -> Values.quoted(all.get(column))).orElse("" + column);
  }

  private static List<Integer> places(
      String key, List<Column> columns, String file, int count, Optional<List<String>> names)
      throws CsvException {
    List<Integer> places = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    for (Column column : columns) {
      int place =
          column instanceof Column.Numbered numbered
              ? inRange(key, numbered.number(), file, count)
              : named(key, ((Column.Named) column).name(), file, names.orElse(List.of()));
      if (!seen.add(place)) {
        throw new CsvException(key, "column " + place + " of " + file + " stands twice");
      }
      places.add(place);
    }
    return places;
  }

  private static int inRange(String key, int number, String file, int count) throws CsvException {
    if (number >= count) {
      throw new CsvException(
          key, "column " + number + ": " + file + " has columns 0 to " + (count - 1));
    }
    return number;
  }

  private static int named(String key, String name, String file, List<String> names)
      throws CsvException {
    int place = names.indexOf(name);
    if (place < 0) {
      throw new CsvException(key, file + ": " + Keys.unknown("column", name, names));
    }
    if (names.lastIndexOf(name) != place) {
      throw new CsvException(
          key, Values.quoted(name) + " is the name of two columns of " + file + "; use numbers");
    }
    return place;
  }
}
