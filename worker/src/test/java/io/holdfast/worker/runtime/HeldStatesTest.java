package io.holdfast.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.Initializer;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.SliceGroup;
import io.holdfast.job.plan.SlicePlan;
import io.holdfast.storage.bundle.TensorShape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Three states are enough: one that a save has, and two that steps go through. */
class HeldStatesTest {
  private static final ModelPlan PLAN =
      ModelPlan.of(
          new ModelSpec(
              TensorShape.of(2),
              List.of(
                  new LayerSpec.Dense(
                      "dense",
                      3,
                      ActivationFunction.LINEAR,
                      false,
                      Initializer.ZEROS,
                      Initializer.ZEROS,
                      true))),
          new OptimizerSpec.Sgd(0.1, 0, false));
  private static final List<SliceGroup> GROUPS = SlicePlan.of(PLAN).groups();
  private static final SliceGroup WEIGHT = GROUPS.get(GROUPS.size() - 1);

  private final StatePool pool = new StatePool(PLAN, new BufferPool());
  private final HeldStates states = new HeldStates(pool);

  /** A state whose content tells its step. */
  private StateBuffers made(long step) {
    StateBuffers state = pool.take(GROUPS);
    state.floats(WEIGHT).put(0, step);
    return state;
  }

  private void compute(long step) {
    states.forgetBefore();
    states.advance(made(step));
  }

  private static float stepOf(Snapshot snapshot) {
    return snapshot.value(WEIGHT).asFloatBuffer().get(0);
  }

  @Test
  void aSaveInPassingHoldsItsStateWhileStepsGoOn() {
    states.restart(4, made(4));
    compute(5);
    compute(6);
    Snapshot before = states.snapshot(5);
    for (long step = 7; step < 20; step++) {
      compute(step);
    }
    assertThat(stepOf(before)).isEqualTo(5);
    before.release();
    Snapshot newest = states.snapshot(19);
    assertThat(stepOf(newest)).isEqualTo(19);
    compute(20);
    assertThat(stepOf(newest)).isEqualTo(19);
  }

  @Test
  void theStateBeforeTheNewestIsHeldUntilTheNextStepBegins() {
    states.restart(4, made(4));
    assertThatIllegalStateException().isThrownBy(() -> states.snapshot(3));
    compute(5);
    assertThat(stepOf(states.snapshot(4))).isEqualTo(4);
    states.forgetBefore();
    assertThatIllegalStateException()
        .isThrownBy(() -> states.snapshot(4))
        .withMessage("a save of step 4, and step 5 is held");
  }

  @Test
  void aNewRoundGivesBackAllButWhatASaveHas() {
    states.restart(4, made(4));
    compute(5);
    Snapshot saved = states.snapshot(5);
    states.forgetBefore();
    states.restart(2, made(2));
    assertThatIllegalStateException().isThrownBy(() -> states.snapshot(1));
    compute(3);
    assertThat(stepOf(saved)).isEqualTo(5);
    assertThat(stepOf(states.snapshot(2))).isEqualTo(2);
  }
}
