package io.holdfast.model.data;

import io.holdfast.storage.bundle.TensorShape;
import java.nio.ByteBuffer;

/**
 * Images and labels kept as the bytes of their files; divided by the scale as they are gathered.
 */
final class IdxDataset implements Dataset {
  private static final int BYTE_VALUES = 256;

  private final ByteBuffer images;
  private final ByteBuffer labels;
  private final TensorShape sample;
  private final int classes;
  private final float[] scaled = new float[BYTE_VALUES];

  IdxDataset(ByteBuffer images, ByteBuffer labels, TensorShape sample, int classes, double scale) {
    this.images = images;
    this.labels = labels;
    this.sample = sample;
    this.classes = classes;
    for (int value = 0; value < BYTE_VALUES; value++) {
      scaled[value] = value / (float) scale;
    }
  }

  @Override
  public int samples() {
    return labels.limit();
  }

  @Override
  public TensorShape sample() {
    return sample;
  }

  @Override
  public Target target() {
    return new Target.Label(classes);
  }

  @Override
  public void gather(int[] order, int first, int count, SampleBatch into) {
    into.begin(count);
    int size = into.sampleSize();
    byte[] image = new byte[size];
    float[] inputs = into.inputs();
    for (int row = 0; row < count; row++) {
      int from = order[first + row];
      images.get(from * size, image);
      for (int i = 0; i < size; i++) {
        inputs[row * size + i] = scaled[image[i] & 0xff];
      }
      into.labels()[row] = labels.get(from) & 0xff;
    }
  }
}
