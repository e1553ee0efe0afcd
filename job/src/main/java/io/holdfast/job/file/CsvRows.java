package io.holdfast.job.file;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.holdfast.job.JobLimits;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a CSV file (RFC 4180, UTF-8, plain or gzipped), one after the other; blank lines are
 * left out. Memory for one row.
 */
final class CsvRows implements Closeable {
  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final CsvFactory FACTORY =
      CsvFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(JobLimits.MAX_CSV_CELL).build())
          .build();

  private final CsvParser parser;
  private final List<String> cells = new ArrayList<>();
  private long line;

  private CsvRows(CsvParser parser) {
    this.parser = parser;
  }

  static CsvRows open(URI file, char separator) throws IOException {
    BufferedReader text =
        new BufferedReader(
            new InputStreamReader(Unzipped.open(file), StandardCharsets.UTF_8.newDecoder()));
    try {
      skipByteOrderMark(text);
      CsvParser parser = FACTORY.createParser(text);
      parser.setSchema(CsvSchema.emptySchema().withColumnSeparator(separator));
      return new CsvRows(parser);
    } catch (IOException e) {
      text.close();
      throw e;
    }
  }

  private static void skipByteOrderMark(Reader text) throws IOException {
    text.mark(1);
    if (text.read() != BYTE_ORDER_MARK) {
      text.reset();
    }
  }

  /** Goes on to the next row; false at the end of the file. */
  boolean next() throws IOException {
    while (parser.nextToken() != null) {
      readRow();
      if (cells.size() > 1 || !cells.get(0).isBlank()) {
        return true;
      }
    }
    return false;
  }

  private void readRow() throws IOException {
    cells.clear();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (cells.isEmpty()) {
        line = parser.currentTokenLocation().getLineNr();
      }
      if (cells.size() == JobLimits.MAX_CSV_COLUMNS) {
        throw new MalformedFileException(
            "line " + line + " has more than " + JobLimits.MAX_CSV_COLUMNS + " cells");
      }
      cells.add(parser.getText());
    }
  }

  /** The row's cells, until the next row is read. */
  List<String> cells() {
    return cells;
  }

  /** Where the row begins, from 1. */
  long line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
