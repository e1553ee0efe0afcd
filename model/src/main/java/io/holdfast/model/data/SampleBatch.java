package io.holdfast.model.data;

import io.holdfast.storage.bundle.TensorShape;

/**
 * Inputs and labels of the rows of one logical shard, in arrays that are filled anew for each
 * shard. A data set fills either {@link #labels} or {@link #targets}.
 */
public final class SampleBatch {
  private final int sampleSize;
  private final int targetSize;
  private final int maxRows;
  private final float[] inputs;
  private final int[] labels;
  private final float[] targets;
  private int rows;

  private SampleBatch(int maxRows, int sampleSize, int targetSize) {
    this.maxRows = maxRows;
    this.sampleSize = sampleSize;
    this.targetSize = targetSize;
    this.inputs = new float[Math.multiplyExact(maxRows, sampleSize)];
    this.labels = new int[maxRows];
    this.targets = new float[Math.multiplyExact(maxRows, targetSize)];
  }

  /**
   * Room for {@code maxRows} samples of {@code dataset}.
   *
   * @param maxRows rows of the largest shard: the batch size divided by the shards, rounded up
   */
  public static SampleBatch allocate(Dataset dataset, int maxRows) {
    return new SampleBatch(
        maxRows,
        Math.toIntExact(dataset.sample().elements()),
        dataset.target() instanceof Dataset.Target.Values values ? size(values.shape()) : 0);
  }

  /** A batch of given class labels; {@code inputs} is row-major. */
  public static SampleBatch ofLabels(float[] inputs, int... labels) {
    SampleBatch batch = new SampleBatch(labels.length, inputs.length / labels.length, 0);
    batch.begin(labels.length);
    System.arraycopy(inputs, 0, batch.inputs, 0, inputs.length);
    System.arraycopy(labels, 0, batch.labels, 0, labels.length);
    return batch;
  }

  /** A batch of given targets, both row-major. */
  public static SampleBatch ofTargets(int rows, float[] inputs, float[] targets) {
    SampleBatch batch = new SampleBatch(rows, inputs.length / rows, targets.length / rows);
    batch.begin(rows);
    System.arraycopy(inputs, 0, batch.inputs, 0, inputs.length);
    System.arraycopy(targets, 0, batch.targets, 0, targets.length);
    return batch;
  }

  /** Makes it a batch of {@code count} rows, whose content is then to be written. */
  void begin(int count) {
    if (count < 0 || count > maxRows) {
      throw new IllegalArgumentException(count + " rows do not fit a batch of " + maxRows);
    }
    rows = count;
  }

  public int rows() {
    return rows;
  }

  /** Elements of one input. */
  public int sampleSize() {
    return sampleSize;
  }

  /** Elements of one target; 0 when there are labels. */
  public int targetSize() {
    return targetSize;
  }

  public boolean hasLabels() {
    return targetSize == 0;
  }

  /** Row-major inputs; the first {@code rows * sampleSize} elements count. */
  public float[] inputs() {
    return inputs;
  }

  /** Classes; the first {@code rows} elements count. */
  public int[] labels() {
    return labels;
  }

  /** Row-major targets; the first {@code rows * targetSize} elements count. */
  public float[] targets() {
    return targets;
  }

  /** The targets, or the labels as one-hot vectors of {@code size} classes. */
  public float[] targetsOrOneHot(int size) {
    if (!hasLabels()) {
      return targets;
    }
    float[] oneHot = new float[rows * size];
    for (int row = 0; row < rows; row++) {
      oneHot[row * size + labels[row]] = 1;
    }
    return oneHot;
  }

  private static int size(TensorShape shape) {
    return Math.toIntExact(shape.elements());
  }
}
