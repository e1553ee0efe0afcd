package io.holdfast.job.file;

import io.holdfast.job.JobLimits;
import io.holdfast.storage.bundle.TensorShape;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;

/**
 * The head of an IDX file of unsigned bytes (the MNIST format), plain or gzipped:
 *
 * <pre>
 * 0 0 | 0x08 = unsigned byte | number of dimensions | each dimension, 4 bytes big-endian | elements
 * </pre>
 *
 * @param shape first the number of samples, then the shape of one
 */
public record IdxHeader(TensorShape shape) {
  private static final int UNSIGNED_BYTE = 0x08;

  /** Number of samples. */
  public int samples() {
    return (int) shape.dim(0);
  }

  /** Shape of one sample; a scalar's for labels. */
  public TensorShape sampleShape() {
    return new TensorShape(shape.dims().subList(1, shape.rank()));
  }

  /**
   * Reads the head of a file.
   *
   * @throws MalformedFileException if it is no IDX file of unsigned bytes
   * @throws IOException if it cannot be read
   */
  public static IdxHeader read(URI file) throws IOException {
    try (DataInputStream in = open(file)) {
      return read(in);
    }
  }

  /** The file's bytes, unpacked if gzipped. */
  static DataInputStream open(URI file) throws IOException {
    return new DataInputStream(Unzipped.open(file));
  }

  static IdxHeader read(DataInputStream in) throws IOException {
    try {
      int magic = in.readInt();
      int rank = magic & 0xff;
      if (magic >>> 8 != UNSIGNED_BYTE || rank < 1 || rank > JobLimits.MAX_RANK + 1) {
        throw new MalformedFileException("not an IDX file of unsigned bytes");
      }
      long[] dims = new long[rank];
      long elements = 1;
      for (int i = 0; i < rank; i++) {
        dims[i] = in.readInt();
        if (dims[i] < 1 || dims[i] > JobLimits.MAX_SAMPLES) {
          throw new MalformedFileException("dimension " + i + " of the IDX file is " + dims[i]);
        }
        elements = Math.multiplyExact(elements, dims[i]);
      }
      return new IdxHeader(TensorShape.of(dims));
    } catch (EOFException e) {
      throw new MalformedFileException("not an IDX file: it ends within its head", e);
    } catch (ArithmeticException e) {
      throw new MalformedFileException("the IDX file states more elements than fit", e);
    }
  }
}
