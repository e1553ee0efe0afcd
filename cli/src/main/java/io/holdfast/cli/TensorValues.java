package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.holdfast.storage.bundle.Elements;
import io.holdfast.storage.bundle.TensorShape;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The elements of a tensor that are to be shown, picked as the tensor comes by front to back: all
 * of them, or so many at both ends of each axis.
 */
final class TensorValues {
  /** A tensor has at most so many values in a JSON document. */
  static final int MOST_IN_JSON = 1 << 20;

  /** People see a tensor of at most so many elements whole, as in NumPy. */
  static final int MOST_WHOLE = 1000;

  /** Of each axis of a larger one people see so many at both ends, as in NumPy. */
  static final int EDGE = 3;

  private static final int MOST_AT_EDGES = 10_000;

  private final List<List<Long>> axes;
  private final long[] wanted;
  private final List<Object> values = new ArrayList<>();

  private TensorValues(TensorShape shape, List<List<Long>> axes) {
    this.axes = axes;
    this.wanted = positions(shape, axes);
  }

  /** All elements. */
  static TensorValues whole(TensorShape shape) {
    return new TensorValues(
        shape,
        shape.dims().stream().map(dim -> LongStream.range(0, dim).boxed().toList()).toList());
  }

  /** What people see. */
  static TensorValues abridged(TensorShape shape) {
    if (shape.elements() <= MOST_WHOLE) {
      return whole(shape);
    }
    List<List<Long>> axes = shape.dims().stream().map(TensorValues::ends).toList();
    long shown = axes.stream().mapToLong(List::size).reduce(1, (a, b) -> Math.min(a * b, 1 << 30));
    // With very many axes even the ends are too many: then as if it had one axis.
    return shown <= MOST_AT_EDGES
        ? new TensorValues(shape, axes)
        : new TensorValues(TensorShape.of(shape.elements()), List.of(ends(shape.elements())));
  }

  private static List<Long> ends(long dim) {
    return dim <= 2 * EDGE
        ? LongStream.range(0, dim).boxed().toList()
        : LongStream.concat(LongStream.range(0, EDGE), LongStream.range(dim - EDGE, dim))
            .boxed()
            .toList();
  }

  /** Positions in row-major order, ascending. */
  private static long[] positions(TensorShape shape, List<List<Long>> axes) {
    long[] positions = {0};
    for (int axis = 0; axis < shape.rank(); axis++) {
      long dim = shape.dim(axis);
      List<Long> indexes = axes.get(axis);
      positions =
          LongStream.of(positions)
              .flatMap(outer -> indexes.stream().mapToLong(index -> outer * dim + index))
              .toArray();
    }
    return positions;
  }

  /** Takes what is wanted of the elements that begin at {@code start} in row-major order. */
  void take(long start, Elements elements) {
    while (values.size() < wanted.length && wanted[values.size()] < start + elements.count()) {
      values.add(elements.value((int) (wanted[values.size()] - start)));
    }
  }

  /** Takes what is wanted of all strings of a tensor. */
  void take(List<byte[]> strings) {
    LongStream.of(wanted).forEach(position -> values.add(strings.get((int) position)));
  }

  /** Nested arrays as NumPy's {@code tolist()} nests lists; a bare value for a scalar. */
  JsonNode json() {
    return json(0, IntStream.range(0, values.size()).iterator()::nextInt);
  }

  private interface Cursor {
    int next();
  }

  private JsonNode json(int axis, Cursor cursor) {
    if (axis == axes.size()) {
      return json(values.get(cursor.next()));
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < axes.get(axis).size(); i++) {
      array.add(json(axis + 1, cursor));
    }
    return array;
  }

  /** JSON has no word for what is not finite: it stands there as text; complex as a pair. */
  private static JsonNode json(Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value instanceof Float number) {
      return Float.isFinite(number) ? nodes.numberNode(number) : nodes.textNode(number.toString());
    }
    if (value instanceof Double number) {
      return Double.isFinite(number) ? nodes.numberNode(number) : nodes.textNode(number.toString());
    }
    if (value instanceof Elements.Complex complex) {
      return nodes.arrayNode().add(json(complex.real())).add(json(complex.imaginary()));
    }
    if (value instanceof byte[] string) {
      return text(string)
          .<JsonNode>map(nodes::textNode)
          .orElseGet(() -> nodes.objectNode().put("base64", base64(string)));
    }
    if (value instanceof Boolean bool) {
      return nodes.booleanNode(bool);
    }
    return value instanceof Long whole
        ? nodes.numberNode(whole)
        : nodes.numberNode((BigInteger) value);
  }

  /** The string if it is UTF-8. */
  static Optional<String> text(byte[] string) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(string)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** The indexes shown of each axis, outermost first. */
  List<List<Long>> axes() {
    return axes;
  }

  /** The values picked, in row-major order. */
  List<Object> values() {
    return values;
  }
}
