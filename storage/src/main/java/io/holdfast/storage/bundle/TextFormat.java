package io.holdfast.storage.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of protobuf's text format that a flat message needs: {@code name: value} pairs, strings
 * in C escapes. Bytes outside of ASCII are written as octal escapes, as TensorFlow does.
 */
final class TextFormat {

  /** A longer text is refused. */
  static final int MAX_BYTES = 16 << 20;

  private static final int END = -1;

  /**
   * One {@code name: value} pair.
   *
   * @param value the string's bytes, unescaped and one per char, or the bare word
   */
  record Field(String name, String value, boolean quoted) {

    /** The value as text. */
    String string(String file) throws DamagedCheckpointException {
      if (!quoted) {
        throw new DamagedCheckpointException(file, name + " is not a string");
      }
      return new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The value as a number. */
    double number(String file) throws DamagedCheckpointException {
      try {
        return Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new DamagedCheckpointException(file, name + " is not a number: " + value);
      }
    }
  }

  private final String file;
  private final byte[] bytes;
  private int at;

  private TextFormat(String file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      switch (b) {
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        case '"' -> escaped.append("\\\"");
        case '\'' -> escaped.append("\\'");
        case '\\' -> escaped.append("\\\\");
        default -> {
          boolean printable = b >= ' ' && b < 127;
          escaped.append(printable ? String.valueOf((char) b) : String.format("\\%03o", b & 0xff));
        }
      }
    }
    return escaped.toString();
  }

  static List<Field> parse(String file, byte[] bytes) throws DamagedCheckpointException {
    if (bytes.length > MAX_BYTES) {
      throw new DamagedCheckpointException(file, "has " + bytes.length + " bytes, too many");
    }
    return new TextFormat(file, bytes).fields();
  }

  private List<Field> fields() throws DamagedCheckpointException {
    List<Field> fields = new ArrayList<>();
    for (skipSpace(); peek() != END; skipSpace()) {
      String name = word();
      skipSpace();
      if (peek() != ':') {
        throw damage("expected ':' behind " + name);
      }
      at++;
      skipSpace();
      boolean quoted = peek() == '"' || peek() == '\'';
      fields.add(new Field(name, quoted ? strings() : word(), quoted));
      skipSpace();
      if (peek() == ',' || peek() == ';') {
        at++;
      }
    }
    return fields;
  }

  private int peek() {
    return at < bytes.length ? bytes[at] & 0xff : END;
  }

  private void skipSpace() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t' || peek() == '#') {
      boolean comment = peek() == '#';
      while (comment && peek() != '\n' && peek() != END) {
        at++;
      }
      at++;
    }
    at = Math.min(at, bytes.length);
  }

  private String word() throws DamagedCheckpointException {
    int start = at;
    while (Character.isLetterOrDigit(peek()) || "_.+-".indexOf(peek()) >= 0) {
      at++;
    }
    if (at == start) {
      throw damage("expected a name or a number at byte " + at);
    }
    return new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
  }

  /** Adjacent strings are one. */
  private String strings() throws DamagedCheckpointException {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    while (peek() == '"' || peek() == '\'') {
      int quote = bytes[at++];
      while (peek() != quote) {
        if (peek() == END || peek() == '\n') {
          throw damage("a string is not closed");
        }
        value.write(character());
      }
      at++;
      skipSpace();
    }
    return value.toString(StandardCharsets.ISO_8859_1);
  }

  private int character() throws DamagedCheckpointException {
    int next = bytes[at++] & 0xff;
    if (next != '\\') {
      return next;
    }
    int escaped = peek();
    at++;
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'a' -> 7;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'v' -> 11;
      case '\\', '\'', '"', '?' -> escaped;
      case 'x', 'X' -> digits(16, 2);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        yield digits(8, 3);
      }
      default -> throw damage("unknown escape in a string at byte " + (at - 1));
    };
  }

  private int digits(int radix, int most) throws DamagedCheckpointException {
    int value = 0;
    int count = 0;
    while (count < most && Character.digit(peek(), radix) >= 0) {
      value = value * radix + Character.digit(peek(), radix);
      at++;
      count++;
    }
    if (count == 0 || value > 0xff) {
      throw damage("bad escape in a string at byte " + at);
    }
    return value;
  }

  private DamagedCheckpointException damage(String problem) {
    return new DamagedCheckpointException(file, problem);
  }
}
