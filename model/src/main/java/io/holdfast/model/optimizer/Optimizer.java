package io.holdfast.model.optimizer;

import io.holdfast.job.OptimizerSpec;

/** Changes slices of weights by their gradients. Immutable; any thread may update any slice. */
public interface Optimizer {

  /** The optimizer of a job. */
  static Optimizer of(OptimizerSpec spec) {
    if (spec instanceof OptimizerSpec.Sgd sgd) {
      return new Sgd(sgd);
    }
    if (spec instanceof OptimizerSpec.AdamW adamW) {
      return new Adam(adamW);
    }
    if (spec instanceof OptimizerSpec.RmsProp rmsProp) {
      return new RmsProp(rmsProp);
    }
    if (spec instanceof OptimizerSpec.Adagrad adagrad) {
      return new Adagrad(adagrad);
    }
    return new Adam((OptimizerSpec.Adam) spec);
  }

  /** Slots of each weight. */
  int slots();

  /**
   * Writes a slice's next value and slots.
   *
   * @param iterations steps done before this one: the optimizer's variable of that name
   * @param learningRate the optimizer's variable of that name
   */
  void update(long iterations, float learningRate, SliceUpdate slice);
}
