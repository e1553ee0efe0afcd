package io.holdfast.storage.bundle;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the file {@code checkpoint} of a directory says: TensorFlow's {@code CheckpointState} in
 * protobuf's text format. Paths that are not absolute count from that directory.
 *
 * @param modelCheckpointPath prefix of the newest checkpoint, what {@code
 *     tf.train.latest_checkpoint} returns
 * @param allPaths prefixes of all checkpoints kept, oldest first
 * @param timestamps when each of {@code allPaths} was written, in seconds since 1970; empty if not
 *     known
 * @param lastPreserved seconds since 1970 up to which checkpoints are never deleted by TensorFlow's
 *     CheckpointManager
 */
public record CheckpointState(
    String modelCheckpointPath,
    List<String> allPaths,
    List<Double> timestamps,
    OptionalDouble lastPreserved) {

  /** The file's name in its directory. */
  public static final String FILE = "checkpoint";

  private static final String NEWEST = "model_checkpoint_path";
  private static final String ALL = "all_model_checkpoint_paths";
  private static final String TIMES = "all_model_checkpoint_timestamps";
  private static final String PRESERVED = "last_preserved_timestamp";

  public CheckpointState {
    allPaths = List.copyOf(allPaths);
    timestamps = List.copyOf(timestamps);
    if (!timestamps.isEmpty() && timestamps.size() != allPaths.size()) {
      throw new IllegalArgumentException(
          timestamps.size() + " timestamps for " + allPaths.size() + " paths");
    }
  }

  /** The bytes of the file. */
  public byte[] encode() {
    StringBuilder text = new StringBuilder();
    appendString(text, NEWEST, modelCheckpointPath);
    allPaths.forEach(path -> appendString(text, ALL, path));
    timestamps.forEach(time -> appendNumber(text, TIMES, time));
    lastPreserved.ifPresent(time -> appendNumber(text, PRESERVED, time));
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void appendString(StringBuilder text, String field, String value) {
    text.append(field).append(": \"").append(TextFormat.escape(value)).append("\"\n");
  }

  private static void appendNumber(StringBuilder text, String field, double value) {
    String plain = new BigDecimal(Double.toString(value)).toPlainString();
    String python = plain.contains(".") ? plain : plain + ".0";
    text.append(field).append(": ").append(python).append('\n');
  }

  /**
   * Reads the file, written by anyone: comments, other quotes, separators and unknown fields are
   * allowed; timestamps that do not match the paths are dropped.
   *
   * @param file its name, for messages
   * @throws DamagedCheckpointException if it is no such text, or names no newest checkpoint
   */
  public static CheckpointState parse(String file, byte[] bytes) throws DamagedCheckpointException {
    Optional<String> newest = Optional.empty();
    List<String> paths = new ArrayList<>();
    List<Double> times = new ArrayList<>();
    OptionalDouble preserved = OptionalDouble.empty();
    for (TextFormat.Field field : TextFormat.parse(file, bytes)) {
      switch (field.name()) {
        case NEWEST -> newest = Optional.of(field.string(file));
        case ALL -> paths.add(field.string(file));
        case TIMES -> times.add(field.number(file));
        case PRESERVED -> preserved = OptionalDouble.of(field.number(file));
        default -> {
          // A later TensorFlow may add fields; none of them changes what is read here.
        }
      }
    }
    if (newest.isEmpty()) {
      throw new DamagedCheckpointException(file, "has no " + NEWEST);
    }
    boolean timesFit = times.size() == paths.size();
    return new CheckpointState(newest.get(), paths, timesFit ? times : List.of(), preserved);
  }
}
