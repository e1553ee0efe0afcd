package io.holdfast.storage.checkpoint;

/**
 * Where in the training data the next step begins.
 *
 * @param epoch passes over the data completed
 * @param batch batches of the running pass consumed
 */
public record DataPosition(long epoch, long batch) {

  public DataPosition {
    if (epoch < 0 || batch < 0) {
      throw new IllegalArgumentException("bad data position: epoch " + epoch + ", batch " + batch);
    }
  }
}
