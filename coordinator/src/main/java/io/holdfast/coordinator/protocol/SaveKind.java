package io.holdfast.coordinator.protocol;

/** Why a save is made. */
public enum SaveKind {
  /** By count of steps or by time; given up rather than waited for. */
  PERIODIC(false),
  /** At the end of an epoch, with its metrics. */
  EPOCH_END(true),
  /** At the step that ends the run; the run is not over before it is committed. */
  FINAL(true),
  /** Before the members change, so that no step is lost. */
  RESIZE(true),
  /** An operator asked for it. */
  OPERATOR(true),
  /** On SIGTERM or an operator's word, before leaving. */
  STOP(true);

  private final boolean mustSucceed;

  SaveKind(boolean mustSucceed) {
    this.mustSucceed = mustSucceed;
  }

  /**
   * Whether it is given up where the disk budget has no room. What a change of members, the end of
   * a run or a person needs is worth more than the budget.
   */
  boolean obeysBudget() {
    return this == PERIODIC || this == EPOCH_END;
  }

  /** Whether training waits for buffers and for the save before, rather than doing without. */
  public boolean mustSucceed() {
    return mustSucceed;
  }
}
