package io.holdfast.model.layer;

import io.holdfast.model.kernel.Matrix;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory of one lane: every array is allocated once for the largest shard and reused by all
 * shards of any number of rows, so that no step touches fresh pages.
 */
public final class Workspace {
  private final int maxRows;
  private final Map<String, Matrix> matrices = new HashMap<>();
  private final Map<String, int[]> indices = new HashMap<>();
  private final float[][] scratch = new float[2][0];

  /**
   * @param maxRows rows of the largest shard that will be computed
   */
  public Workspace(int maxRows) {
    if (maxRows < 1) {
      throw new IllegalArgumentException("a lane needs room for a row");
    }
    this.maxRows = maxRows;
  }

  public int maxRows() {
    return maxRows;
  }

  /** The matrix {@code name} as [rows * multiple, columns]; its content is what was left there. */
  public Matrix matrix(String name, int rows, int multiple, int columns) {
    requireRows(rows);
    Matrix whole =
        matrices.computeIfAbsent(
            name, n -> Matrix.allocate(Math.multiplyExact(maxRows, multiple), columns));
    return whole.view(rows * multiple, columns);
  }

  /** The matrix {@code name} whose size does not depend on a shard's rows. */
  public Matrix block(String name, int rows, int columns) {
    return matrices.computeIfAbsent(name, n -> Matrix.allocate(rows, columns));
  }

  /** The array {@code name}, at least {@code rows * multiple} long. */
  public int[] indices(String name, int rows, int multiple) {
    requireRows(rows);
    return indices.computeIfAbsent(name, n -> new int[Math.multiplyExact(maxRows, multiple)]);
  }

  /** One of two arrays that any layer may use within one call; at least {@code size} long. */
  public float[] scratch(int which, int size) {
    if (scratch[which].length < size) {
      scratch[which] = new float[size];
    }
    return scratch[which];
  }

  private void requireRows(int rows) {
    if (rows < 1 || rows > maxRows) {
      throw new IllegalArgumentException(rows + " rows do not fit a lane of " + maxRows);
    }
  }
}
