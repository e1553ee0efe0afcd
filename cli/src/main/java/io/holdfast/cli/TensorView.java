package io.holdfast.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.cli.output.Json;
import io.holdfast.cli.output.Text;
import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.Elements;
import io.holdfast.storage.bundle.TensorBands;
import io.holdfast.storage.bundle.TensorSlice;
import io.holdfast.storage.bundle.TensorStatistics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One tensor as it is shown.
 *
 * @param entry what the index says of it
 * @param statistics of its elements; empty for what are no numbers
 * @param values those shown; empty if there are too many, or it has none that can be shown
 */
record TensorView(
    BundleEntry entry, Optional<TensorStatistics> statistics, Optional<TensorValues> values) {

  /** Reads a tensor to be drawn. */
  static TensorView forPeople(BundleReader reader, BundleEntry entry)
      throws IOException, DamagedCheckpointException {
    return read(reader, entry, Optional.of(TensorValues.abridged(entry.shape())));
  }

  /** Reads a tensor with all its values, if they are not too many. */
  static TensorView forPrograms(BundleReader reader, BundleEntry entry)
      throws IOException, DamagedCheckpointException {
    boolean complete = entry.shape().elements() <= TensorValues.MOST_IN_JSON;
    return read(
        reader,
        entry,
        complete ? Optional.of(TensorValues.whole(entry.shape())) : Optional.empty());
  }

  private static TensorView read(
      BundleReader reader, BundleEntry entry, Optional<TensorValues> values)
      throws IOException, DamagedCheckpointException {
    if (entry.dtype().hasFixedSize()) {
      return new TensorView(entry, Optional.of(readNumbers(reader, entry, values)), values);
    }
    boolean readable =
        entry.dtype() == DataType.STRING
            && entry.shape().elements() <= BundleReader.MAX_STRINGS
            && entry.size() <= BundleReader.MAX_STRING_BYTES;
    if (!readable) {
      return new TensorView(entry, Optional.empty(), Optional.empty());
    }
    List<byte[]> strings = reader.readStrings(entry.name());
    values.ifPresent(shown -> shown.take(strings));
    return new TensorView(entry, Optional.empty(), values);
  }

  private static TensorStatistics readNumbers(
      BundleReader reader, BundleEntry entry, Optional<TensorValues> values)
      throws IOException, DamagedCheckpointException {
    TensorStatistics statistics = new TensorStatistics();
    long start = 0;
    for (TensorSlice band : TensorBands.of(TensorBands.MAX_BYTES, List.of(entry))) {
      long size = band.shapeIn(entry.shape()).elements() * entry.dtype().bytes();
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size));
      reader.read(entry.name(), band, bytes);
      Elements elements = new Elements(entry.dtype(), bytes.flip());
      statistics.add(elements);
      if (values.isPresent()) {
        values.get().take(start, elements);
      }
      start += elements.count();
    }
    return statistics;
  }

  /** Puts what JSON documents have of it beside the entry. */
  void putInto(ObjectNode node) {
    node.put("elements", entry.shape().elements());
    if (statistics.isPresent()) {
      putStatistics(node.putObject("statistics"), statistics.get());
    } else {
      node.putNull("statistics");
    }
    node.put("complete", values.isPresent());
    if (values.isPresent()) {
      node.set("values", values.get().json());
    } else {
      node.putNull("values");
    }
  }

  private void putStatistics(ObjectNode node, TensorStatistics of) {
    put(node, "min", of.min());
    put(node, "max", of.max());
    put(node, "mean", of.mean());
    put(node, "std", of.std());
    node.put("zeros", of.zeros()).put("nan", of.nans()).put("inf", of.infinities());
  }

  private static void put(ObjectNode node, String key, OptionalDouble value) {
    Json.number(node, key, value.orElse(Double.NaN));
  }

  /** Statistics as people read them. */
  static String text(TensorStatistics of) {
    return "min "
        + number(of.min())
        + ", max "
        + number(of.max())
        + ", mean "
        + number(of.mean())
        + ", std "
        + number(of.std())
        + ", zeros "
        + of.zeros()
        + ", NaN "
        + of.nans()
        + ", Inf "
        + of.infinities();
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? Text.number(value.getAsDouble()) : "-";
  }
}
