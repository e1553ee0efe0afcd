package io.holdfast.model.layer;

import io.holdfast.job.plan.LayerPlan;
import java.util.Optional;

/** Allocates what layers write. */
final class Signals {
  private Signals() {}

  /** A layer's output for {@code rows} samples. */
  static Signal of(LayerPlan plan, int rows, Workspace workspace, boolean withGradient) {
    int columns = Math.toIntExact(plan.output().elements());
    String name = plan.spec().name();
    return new Signal(
        workspace.matrix(name + "/value", rows, 1, columns),
        withGradient
            ? Optional.of(workspace.matrix(name + "/gradient", rows, 1, columns))
            : Optional.empty());
  }
}
