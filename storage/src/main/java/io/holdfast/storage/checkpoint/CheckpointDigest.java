package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.TensorBands;
import io.holdfast.storage.bundle.TensorSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Computes the {@link VariableDigest} of a checkpoint, in bounded memory. */
public final class CheckpointDigest {

  private CheckpointDigest() {}

  /**
   * The digest of the model's and the optimizer's variables, whatever their slices: no counters,
   * graph or metadata.
   */
  public static String of(BundleReader reader) throws IOException, DamagedCheckpointException {
    VariableDigest digest = new VariableDigest();
    for (BundleEntry entry : CheckpointKeys.variables(reader.index())) {
      digest.begin(entry.name(), entry.dtype(), entry.shape());
      for (TensorSlice band : TensorBands.of(TensorBands.MAX_BYTES, List.of(entry))) {
        digest.update(read(reader, entry, band));
      }
    }
    return digest.finish();
  }

  /** One band of a tensor, row-major and little endian, in a buffer of its own. */
  static ByteBuffer read(BundleReader reader, BundleEntry entry, TensorSlice band)
      throws IOException, DamagedCheckpointException {
    long size = band.shapeIn(entry.shape()).elements() * entry.dtype().bytes();
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size));
    reader.read(entry.name(), band, bytes);
    return bytes.flip();
  }
}
