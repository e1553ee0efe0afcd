package io.holdfast.job.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Single values of a job file: what they may be, and how a wrong one is told. */
final class Values {
  private static final int MAX_SHOWN = 60;

  private Values() {}

  /** "0 is not allowed; an integer from 1 to 10 is needed". */
  static String wrong(JsonNode value, String allowed) {
    return shown(value) + " is not allowed; " + allowed + " is needed";
  }

  static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
  }

  /** Text between quotation marks, in one line. */
  static String quoted(String text) {
    return shown(TextNode.valueOf(text));
  }

  static String integers(long min, long max) {
    return "an integer from " + min + " to " + max;
  }

  static int integer(Source source, String path, JsonNode value, int min, int max)
      throws JobException {
    return (int) integer(source, path, value, (long) min, max);
  }

  static long integer(Source source, String path, JsonNode value, long min, long max)
      throws JobException {
    if (!value.isIntegralNumber() || !isBetween(value.bigIntegerValue(), min, max)) {
      throw source.error(path, wrong(value, integers(min, max)));
    }
    return value.longValue();
  }

  private static boolean isBetween(BigInteger value, long min, long max) {
    return value.compareTo(BigInteger.valueOf(min)) >= 0
        && value.compareTo(BigInteger.valueOf(max)) <= 0;
  }

  static <E extends Enum<E>> E choice(Source source, String path, JsonNode value, Class<E> type)
      throws JobException {
    Set<String> names = new TreeSet<>();
    for (E constant : type.getEnumConstants()) {
      if (value.isTextual() && name(constant).equals(value.textValue())) {
        return constant;
      }
      names.add(name(constant));
    }
    if (!value.isTextual()) {
      throw source.error(path, wrong(value, "one of " + String.join(", ", names)));
    }
    throw source.error(path, Keys.unknown("name", value.textValue(), names));
  }

  /** A constant's name in a job file. */
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** A number without a needless fraction. */
  static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? String.valueOf((long) number)
        : String.valueOf(number);
  }

  static Set<String> names(Class<? extends Enum<?>> type) {
    Set<String> names = new TreeSet<>();
    Arrays.stream(type.getEnumConstants()).forEach(constant -> names.add(name(constant)));
    return names;
  }
}
