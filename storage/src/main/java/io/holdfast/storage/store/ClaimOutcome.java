package io.holdfast.storage.store;

/** How a claim of leadership ended. */
public sealed interface ClaimOutcome {

  /** The caller leads. */
  record Won(Tenure tenure) implements ClaimOutcome {}

  /**
   * Another one claimed at the same moment.
   *
   * @param currentTerm the term that is current now
   */
  record Lost(long currentTerm) implements ClaimOutcome {}
}
