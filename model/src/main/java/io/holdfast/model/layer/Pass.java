package io.holdfast.model.layer;

/**
 * What a pass of one logical shard through the layers depends on besides values.
 *
 * @param training whether dropout drops
 * @param seed the job's
 * @param step from 0
 * @param firstRow the shard's first row, counted in the global batch
 */
public record Pass(boolean training, long seed, long step, int firstRow) {

  /** A pass that draws no random numbers. */
  public static Pass inference() {
    return new Pass(false, 0, 0, 0);
  }
}
