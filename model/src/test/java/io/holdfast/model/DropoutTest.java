package io.holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.Initializer;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.LossFunction;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.storage.bundle.TensorShape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dropout's statistics, and its mask as a function of step and row in the global batch alone. */
class DropoutTest {
  private static final int ROWS = 16;
  private static final int SIZE = 1000;

  private final TestTrainer trainer =
      new TestTrainer(
          TestTrainer.job(
              new ModelSpec(
                  TensorShape.of(SIZE),
                  List.of(
                      new LayerSpec.Dense(
                          "scale",
                          SIZE,
                          ActivationFunction.LINEAR,
                          true,
                          Initializer.ZEROS,
                          Initializer.ZEROS,
                          true),
                      new LayerSpec.Dropout("dropout", 0.25))),
              LossFunction.MEAN_SQUARED_ERROR,
              new OptimizerSpec.Sgd(0.1, 0, false),
              ROWS,
              2));

  /** With outputs d * bias and targets 0, bias 1, each gradient is 2 * d^2 / SIZE, summed. */
  private float[] masks(long step, int first, int rows) {
    float[] ones = new float[SIZE];
    Arrays.fill(ones, 1);
    trainer.values.floats(1).put(0, ones);
    SampleBatch batch = SampleBatch.ofTargets(rows, new float[rows * SIZE], new float[rows * SIZE]);
    VariableBuffers gradients = VariableBuffers.allocate(trainer.trainable);
    trainer
        .network
        .lane()
        .train(step, first, batch, trainer.values, gradients, GradientListener.NONE);
    float[] sums = TestTrainer.toArray(gradients.floats(1));
    float unit = 2 * (1 / 0.75f) * (1 / 0.75f) / SIZE;
    for (int i = 0; i < SIZE; i++) {
      sums[i] = Math.round(sums[i] / unit);
    }
    return sums;
  }

  @Test
  void keepsThePartThatTheRateLeaves() {
    double kept = 0;
    for (int row = 0; row < 8; row++) {
      for (float k : masks(3, row, 1)) {
        kept += k;
      }
    }
    assertThat(kept / 8 / SIZE).isCloseTo(0.75, within(0.02));
  }

  @Test
  void aRowsMaskDoesNotDependOnItsShard() {
    float[] together = masks(5, 2, 2);
    float[] second = masks(5, 3, 1);
    float[] first = masks(5, 2, 1);
    for (int i = 0; i < SIZE; i++) {
      assertThat(together[i]).isEqualTo(first[i] + second[i]);
    }
    assertThat(masks(6, 2, 1)).isNotEqualTo(first);
    assertThat(second).isNotEqualTo(first);
  }

  @Test
  void dropsNothingOutsideTraining() {
    float[] ones = new float[SIZE];
    Arrays.fill(ones, 1);
    trainer.values.floats(1).put(0, ones);
    SampleBatch batch = SampleBatch.ofTargets(1, new float[SIZE], new float[SIZE]);
    assertThat(trainer.network.lane().predict(batch, trainer.values)).isEqualTo(ones);
  }
}
