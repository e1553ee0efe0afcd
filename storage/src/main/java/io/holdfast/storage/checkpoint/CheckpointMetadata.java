package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.ShardWriter;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.WrittenPiece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a checkpoint says besides its variables. It lies in shard 0 as scalar string tensors under
 * {@code holdfast/}, JSON each, beside {@code save_counter} = step. Versions differ in their keys:
 * unknown ones are let pass, absent ones are empty.
 *
 * @param prefix the checkpoint's own name, so that files under another name are found out
 * @param runId tells this run from every other
 * @param runStarted when the run first began
 * @param job the job, JSON as its owner writes it; "{}" if absent
 * @param dataPosition where the next step begins in the data
 * @param bestMetric the best of the monitored metric so far
 * @param callbacks state of callbacks, JSON as its owner writes it; "{}" if absent
 * @param probeDigest digest of the probe shard, which a joining worker must reproduce
 * @param metrics values measured at this step, by name
 */
public record CheckpointMetadata(
    Prefix prefix,
    String runId,
    Instant runStarted,
    String job,
    DataPosition dataPosition,
    Optional<BestMetric> bestMetric,
    String callbacks,
    Optional<String> probeDigest,
    SortedMap<String, Double> metrics) {

  public CheckpointMetadata {
    if (runId.isEmpty()) {
      throw new IllegalArgumentException("a run has an id");
    }
    metrics = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
  }

  /** Appends all of it, and {@code save_counter}, to shard 0. */
  public List<WrittenPiece> appendTo(ShardWriter shard) throws IOException {
    List<WrittenPiece> pieces = new ArrayList<>();
    for (Map.Entry<String, String> entry : MetadataJson.write(this).entrySet()) {
      pieces.add(shard.appendString(entry.getKey(), entry.getValue()));
    }
    ByteBuffer step = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    step.putLong(0, prefix.step());
    pieces.add(shard.append(CheckpointKeys.SAVE_COUNTER, DataType.INT64, TensorShape.SCALAR, step));
    return pieces;
  }

  /**
   * Reads it from a checkpoint.
   *
   * @throws DamagedCheckpointException if it is not there or makes no sense
   */
  public static CheckpointMetadata read(BundleReader reader)
      throws IOException, DamagedCheckpointException {
    Map<String, String> texts = new LinkedHashMap<>();
    String self = ownKey(reader);
    for (String key : MetadataJson.KEYS) {
      Optional<String> text = text(reader, key.equals(CheckpointKeys.CHECKPOINT) ? self : key);
      text.ifPresent(value -> texts.put(key, value));
    }
    try {
      return MetadataJson.read(texts);
    } catch (IllegalArgumentException e) {
      throw new DamagedCheckpointException(
          reader.files().index(), "has metadata that makes no sense: " + e.getMessage());
    }
  }

  /**
   * Reads a whole checkpoint from front to back, every checksum checked, for what it says besides
   * its variables; its index, its step and its own name must agree.
   *
   * @throws DamagedCheckpointException if anything is not as it was written
   */
  public static CheckpointMetadata scan(BundleReader reader)
      throws IOException, DamagedCheckpointException {
    StoredTexts texts = new StoredTexts(reader);
    reader.forEachPiece(
        (entry, piece) -> {
          if (CheckpointKeys.isVariable(entry.name())) {
            reader.check(entry, piece);
          } else {
            texts.take(entry);
          }
        });
    return texts.metadata();
  }

  /** The same under another name: what a copy says. */
  CheckpointMetadata renamed(Prefix name) {
    return new CheckpointMetadata(
        name, runId, runStarted, job, dataPosition, bestMetric, callbacks, probeDigest, metrics);
  }

  private static String ownKey(BundleReader reader) {
    return CheckpointKeys.CHECKPOINT
        + CheckpointKeys.identity(reader.index()).map(Prefix::toString).orElse("");
  }

  /** Whether the checkpoint says that its index is sealed. */
  static boolean saysSealed(BundleReader reader) throws IOException, DamagedCheckpointException {
    return text(reader, ownKey(reader)).filter(MetadataJson::saysSealed).isPresent();
  }

  static Optional<String> text(BundleReader reader, String key)
      throws IOException, DamagedCheckpointException {
    if (reader.index().entry(key).isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(reader.readString(key));
    } catch (IllegalArgumentException e) {
      throw new DamagedCheckpointException(reader.files().index(), e.getMessage());
    }
  }

  /** The step that {@code save_counter} holds; empty if it holds no number. */
  static Optional<Long> saveCounter(BundleReader reader)
      throws IOException, DamagedCheckpointException {
    boolean isNumber =
        reader
            .index()
            .entry(CheckpointKeys.SAVE_COUNTER)
            .filter(e -> e.dtype() == DataType.INT64 && e.shape().equals(TensorShape.SCALAR))
            .isPresent();
    return isNumber
        ? Optional.of(reader.read(CheckpointKeys.SAVE_COUNTER).getLong(0))
        : Optional.empty();
  }
}
