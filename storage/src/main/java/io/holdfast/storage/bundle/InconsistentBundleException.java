package io.holdfast.storage.bundle;

/**
 * Pieces that were said to make up a checkpoint do not: they do not tile a tensor, disagree on its
 * type or shape, or claim the same bytes. No index can be made of them.
 */
public final class InconsistentBundleException extends Exception {

  /** Says which tensor or shard does not fit, for an operator. */
  public InconsistentBundleException(String problem) {
    super(problem);
  }
}
