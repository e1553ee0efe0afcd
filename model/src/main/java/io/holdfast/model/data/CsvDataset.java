package io.holdfast.model.data;

import io.holdfast.storage.bundle.TensorShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Features and labels of a file's rows, 4 bytes each, in memory outside the heap, which grows in
 * chunks of whole rows while the file is read.
 */
final class CsvDataset implements Dataset {
  private static final int CHUNK_FLOATS = 1 << 18;

  private final TensorShape sample;
  private final Target target;
  private final int features;
  private final int rowFloats;
  private final int chunkRows;
  private final List<FloatBuffer> chunks = new ArrayList<>();
  private int samples;

  /**
   * @param labels columns of them
   */
  CsvDataset(TensorShape sample, Target target, int labels) {
    this.sample = sample;
    this.target = target;
    this.features = Math.toIntExact(sample.elements());
    this.rowFloats = Math.addExact(features, labels);
    this.chunkRows = Math.max(1, CHUNK_FLOATS / rowFloats);
  }

  /** Appends a sample; only before the data set is used. */
  void add(float[] row, float[] labels) {
    if (samples % chunkRows == 0) {
      chunks.add(
          ByteBuffer.allocateDirect(Math.multiplyExact(chunkRows * rowFloats, Float.BYTES))
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer());
    }
    FloatBuffer chunk = chunks.get(chunks.size() - 1);
    int at = samples % chunkRows * rowFloats;
    chunk.put(at, row);
    chunk.put(at + features, labels);
    samples++;
  }

  @Override
  public int samples() {
    return samples;
  }

  @Override
  public TensorShape sample() {
    return sample;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public void gather(int[] order, int first, int count, SampleBatch into) {
    into.begin(count);
    int labels = rowFloats - features;
    for (int row = 0; row < count; row++) {
      int from = order[first + row];
      FloatBuffer chunk = chunks.get(from / chunkRows);
      int at = from % chunkRows * rowFloats;
      chunk.get(at, into.inputs(), row * features, features);
      if (target instanceof Target.Label) {
        into.labels()[row] = (int) chunk.get(at + features);
      } else {
        chunk.get(at + features, into.targets(), row * labels, labels);
      }
    }
  }
}
