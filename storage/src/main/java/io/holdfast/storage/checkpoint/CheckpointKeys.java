package io.holdfast.storage.checkpoint;

/** The tensors of a checkpoint that are not variables of the model or its optimizer. */
public final class CheckpointKeys {

  /** What every key of this program's own begins with. */
  public static final String HOLDFAST = "holdfast/";

  /** The step, as TensorFlow's Checkpoint counts saves; int64 scalar. */
  public static final String SAVE_COUNTER = "save_counter/.ATTRIBUTES/VARIABLE_VALUE";

  /** TensorFlow's object graph; scalar string. */
  public static final String OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH";

  private CheckpointKeys() {}

  /** Whether a tensor belongs to the model or its optimizer. */
  public static boolean isVariable(String key) {
    return !key.startsWith(HOLDFAST) && !key.equals(SAVE_COUNTER) && !key.equals(OBJECT_GRAPH);
  }
}
