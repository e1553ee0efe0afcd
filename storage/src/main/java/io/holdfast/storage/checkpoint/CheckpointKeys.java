package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleIndex;
import io.holdfast.storage.bundle.DataType;
import java.util.List;
import java.util.Optional;

/** The tensors of a checkpoint that are not variables of the model or its optimizer. */
public final class CheckpointKeys {

  /** What every key of this program's own begins with. */
  public static final String HOLDFAST = "holdfast/";

  /** The step, as TensorFlow's Checkpoint counts saves; int64 scalar. */
  public static final String SAVE_COUNTER = "save_counter/.ATTRIBUTES/VARIABLE_VALUE";

  /** TensorFlow's object graph; scalar string. */
  public static final String OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH";

  /**
   * Followed by the checkpoint's prefix, so that an index says by its keys alone whose it is;
   * scalar string.
   */
  static final String CHECKPOINT = HOLDFAST + "checkpoint/";

  /** Binds the index to the checkpoint, see {@link Seal}; scalar string. */
  static final String SEAL = HOLDFAST + "seal";

  private CheckpointKeys() {}

  /** The checkpoint that an index was made for, by its keys; empty if they do not say. */
  static Optional<Prefix> identity(BundleIndex index) {
    return index.entries().keySet().stream()
        .filter(key -> key.startsWith(CHECKPOINT))
        .findFirst()
        .flatMap(key -> Prefix.parse(key.substring(CHECKPOINT.length())));
  }

  /** Whether a tensor belongs to the model or its optimizer. */
  public static boolean isVariable(String key) {
    return !key.startsWith(HOLDFAST) && !key.equals(SAVE_COUNTER) && !key.equals(OBJECT_GRAPH);
  }

  /**
   * The model's and the optimizer's variables, in unsigned byte order of their names: those that
   * the digest is over.
   */
  public static List<BundleEntry> variables(BundleIndex index) {
    return index.entries().values().stream()
        .filter(entry -> isVariable(entry.name()) && entry.dtype() != DataType.STRING)
        .toList();
  }
}
