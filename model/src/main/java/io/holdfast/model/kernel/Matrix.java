package io.holdfast.model.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row-major float matrix in memory outside the heap. Views share the memory; it lives as long as
 * any view does. Not safe for use by two threads while one of them writes.
 */
public final class Matrix {
  /** A cache line, and the widest vector register there is. */
  private static final int ALIGNMENT_BYTES = 64;

  private final ByteBuffer memory;
  private final FloatBuffer floats;
  private final INDArray array;
  private final int rows;
  private final int columns;

  private Matrix(ByteBuffer memory, int rows, int columns) {
    this.memory = memory;
    this.floats = memory.asFloatBuffer();
    this.rows = rows;
    this.columns = columns;
    this.array = array(memory, rows, columns);
  }

  /** A matrix of zeros. */
  public static Matrix allocate(int rows, int columns) {
    int bytes = Math.multiplyExact(Math.multiplyExact(rows, columns), Float.BYTES);
    ByteBuffer memory =
        ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * ALIGNMENT_BYTES))
            .alignedSlice(ALIGNMENT_BYTES)
            .slice(0, bytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    return new Matrix(memory, rows, columns);
  }

  /**
   * A matrix over the remaining bytes of a direct little-endian buffer, without a copy.
   *
   * @throws IllegalArgumentException if the buffer is of another kind or length
   */
  public static Matrix over(ByteBuffer buffer, int rows, int columns) {
    if (!buffer.isDirect() || buffer.order() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalArgumentException("a direct little-endian buffer is needed");
    }
    if (buffer.remaining() != (long) rows * columns * Float.BYTES) {
      throw new IllegalArgumentException(
          buffer.remaining() + " bytes are not a matrix of " + rows + " x " + columns);
    }
    return new Matrix(buffer.slice().order(ByteOrder.LITTLE_ENDIAN), rows, columns);
  }

  /** The first elements of this matrix's memory as a matrix of another shape. */
  public Matrix view(int newRows, int newColumns) {
    int bytes = Math.multiplyExact(Math.multiplyExact(newRows, newColumns), Float.BYTES);
    if (bytes > memory.capacity()) {
      throw new IllegalArgumentException(
          newRows + " x " + newColumns + " is more than " + rows + " x " + columns);
    }
    return new Matrix(memory.slice(0, bytes).order(ByteOrder.LITTLE_ENDIAN), newRows, newColumns);
  }

  /** {@code count} whole rows from {@code first} on, as a view. */
  public Matrix rows(int first, int count) {
    int rowBytes = columns * Float.BYTES;
    ByteBuffer slice = memory.slice(first * rowBytes, count * rowBytes);
    return new Matrix(slice.order(ByteOrder.LITTLE_ENDIAN), count, columns);
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** Number of elements. */
  public int size() {
    return rows * columns;
  }

  /** Copies all elements into the beginning of {@code into}. */
  public void read(float[] into) {
    floats.get(0, into, 0, size());
  }

  /** Copies {@code count} elements from {@code offset} on into {@code into} at {@code at}. */
  public void read(int offset, float[] into, int at, int count) {
    floats.get(offset, into, at, count);
  }

  /** Sets all elements from the beginning of {@code from}. */
  public void write(float[] from) {
    floats.put(0, from, 0, size());
  }

  /** Sets {@code count} elements from {@code offset} on. */
  public void write(int offset, float[] from, int at, int count) {
    floats.put(offset, from, at, count);
  }

  INDArray array() {
    return array;
  }

  /** As a row vector, for the operations that take vectors. */
  INDArray vector() {
    return array.reshape('c', new long[] {size()});
  }

  private static INDArray array(ByteBuffer memory, int rows, int columns) {
    long elements = (long) rows * columns;
    if (elements == 0) {
      return Nd4j.empty(DataType.FLOAT);
    }
    FloatPointer pointer = new FloatPointer(new BytePointer(memory));
    pointer.capacity(elements);
    DataBuffer data =
        Nd4j.createBuffer(pointer, DataType.FLOAT, elements, FloatIndexer.create(pointer));
    return Nd4j.create(data, new long[] {rows, columns}, new long[] {columns, 1}, 0, 'c');
  }
}
