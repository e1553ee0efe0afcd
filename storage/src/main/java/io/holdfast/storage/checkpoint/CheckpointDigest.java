package io.holdfast.storage.checkpoint;

import io.holdfast.storage.bundle.BundleEntry;
import io.holdfast.storage.bundle.BundleReader;
import io.holdfast.storage.bundle.DamagedCheckpointException;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.StoredSlice;
import io.holdfast.storage.bundle.TensorSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeSet;

/** Computes the {@link VariableDigest} of a checkpoint, in bounded memory. */
public final class CheckpointDigest {

  /** Rows of a variable are read in bands of at most this many bytes, unless one row has more. */
  static final long MAX_BAND_BYTES = 256L << 20;

  private CheckpointDigest() {}

  /**
   * The digest of the model's and the optimizer's variables, whatever their slices: no counters,
   * graph or metadata.
   */
  public static String of(BundleReader reader) throws IOException, DamagedCheckpointException {
    VariableDigest digest = new VariableDigest();
    for (BundleEntry entry : reader.index().entries().values()) {
      if (CheckpointKeys.isVariable(entry.name()) && entry.dtype() != DataType.STRING) {
        digest.begin(entry.name(), entry.dtype(), entry.shape());
        add(digest, reader, entry);
      }
    }
    return digest.finish();
  }

  private static void add(VariableDigest digest, BundleReader reader, BundleEntry entry)
      throws IOException, DamagedCheckpointException {
    if (entry.shape().rank() == 0 || entry.shape().elements() == 0) {
      digest.update(reader.read(entry.name()));
      return;
    }
    long rowBytes = entry.shape().elements() / entry.shape().dim(0) * entry.dtype().bytes();
    long maxRows = Math.max(1, MAX_BAND_BYTES / rowBytes);
    long start = 0;
    for (long bound : rowBounds(entry)) {
      while (start < bound) {
        long rows = Math.min(bound - start, maxRows);
        digest.update(band(reader, entry, start, rows, rowBytes));
        start += rows;
      }
    }
  }

  /** Rows at which stored pieces end: bands that stop there read each piece once. */
  private static TreeSet<Long> rowBounds(BundleEntry entry) {
    TreeSet<Long> bounds = new TreeSet<>();
    bounds.add(entry.shape().dim(0));
    for (StoredSlice piece : entry.pieces()) {
      TensorSlice.Extent rows = piece.slice().extents().get(0);
      if (!rows.isFull()) {
        bounds.add(rows.start() + rows.length());
      }
    }
    return bounds;
  }

  private static ByteBuffer band(
      BundleReader reader, BundleEntry entry, long start, long rows, long rowBytes)
      throws IOException, DamagedCheckpointException {
    ByteBuffer band = ByteBuffer.allocate(Math.toIntExact(Math.multiplyExact(rows, rowBytes)));
    reader.read(entry.name(), TensorSlice.rows(entry.shape().rank(), start, rows), band);
    return band.flip();
  }
}
