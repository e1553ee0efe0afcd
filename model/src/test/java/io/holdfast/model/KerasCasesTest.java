package io.holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.holdfast.job.MetricFunction;
import io.holdfast.job.plan.Variable;
import io.holdfast.model.data.SampleBatch;
import io.holdfast.storage.bundle.TensorShape;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Predictions, gradients, losses and weights after several steps equal real Keras 3's. */
class KerasCasesTest {

  static List<KerasCase> cases() {
    return KerasCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void predictionsAndGradientsEqualKeras(KerasCase c) {
    TestTrainer trainer = TestTrainer.of(c, 3);
    ShardLane lane = trainer.network.lane();
    int rows = c.rows()[0];
    TensorShape input = trainer.plan.input();
    TensorShape output = trainer.plan.output();

    float[] predictions = new float[rows * (int) output.elements()];
    for (int first = 0; first < rows; ) {
      int count = Math.min(trainer.network.maxShardRows(), rows - first);
      SampleBatch batch = c.batch(0, input, output, first, count);
      float[] part = lane.predict(batch, trainer.values);
      System.arraycopy(part, 0, predictions, first * (int) output.elements(), part.length);
      first += count;
    }
    assertClose("predictions", predictions, c.kept("predictions"), 1e-5);

    trainer.gradients(lane, rows, (first, count) -> c.batch(0, input, output, first, count));
    List<KerasCase.Kept> expected = c.keptList("gradients");
    assertThat(expected).hasSize(trainer.trainable.size());
    for (int i = 0; i < expected.size(); i++) {
      float[] gradient = TestTrainer.toArray(trainer.totalGradients().floats(i));
      for (int j = 0; j < gradient.length; j++) {
        gradient[j] /= rows;
      }
      assertClose(trainer.trainable.get(i).name(), gradient, expected.get(i), 1e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stepsEqualKeras(KerasCase c) {
    TestTrainer trainer = TestTrainer.of(c, 3);
    ShardLane lane = trainer.network.lane();
    TensorShape input = trainer.plan.input();
    TensorShape output = trainer.plan.output();
    double[] losses = c.numbers("losses");
    for (int step = 0; step < c.rows().length; step++) {
      int at = step;
      ShardSums sums =
          trainer.step(
              lane, c.rows()[step], (first, count) -> c.batch(at, input, output, first, count));
      assertThat(sums.rows()).isEqualTo(c.rows()[step]);
      assertThat(sums.meanLoss())
          .as("loss of step %d", step)
          .isCloseTo(losses[step], within(2e-5 * Math.max(1, Math.abs(losses[step]))));
      for (MetricFunction metric : c.metrics()) {
        double measured = c.measured(metric)[step];
        assertThat(sums.mean(metric))
            .as("%s of step %d", metric, step)
            .isCloseTo(measured, within(2e-6 * Math.max(1, Math.abs(measured))));
      }
    }
    List<KerasCase.Kept> weights = c.keptList("weights");
    assertThat(weights).hasSize(trainer.weights.size());
    for (int i = 0; i < weights.size(); i++) {
      String name = trainer.weights.get(i).name();
      assertClose(name, TestTrainer.toArray(trainer.values.floats(i)), weights.get(i), 5e-5);
    }
    List<KerasCase.Kept> slots = c.keptList("slots");
    assertThat(slots).hasSize(trainer.trainable.size() * trainer.slots.size());
    for (int i = 0; i < trainer.trainable.size(); i++) {
      for (int s = 0; s < trainer.slots.size(); s++) {
        Variable slot = trainer.plan.slotsOf(trainer.trainable.get(i)).get(s);
        float[] actual = TestTrainer.toArray(trainer.slots.get(s).floats(i));
        assertClose(slot.name(), actual, slots.get(slotNumber(trainer, slot)), 5e-5);
      }
    }
  }

  /** Slots follow iterations and learning rate in Keras's list. */
  private static int slotNumber(TestTrainer trainer, Variable slot) {
    return trainer.plan.optimizerVariables().indexOf(slot) - 2;
  }

  private static void assertClose(
      String name, float[] actual, KerasCase.Kept expected, double tolerance) {
    assertThat(actual.length).as(name).isEqualTo(expected.size());
    double largest = 0;
    for (double value : expected.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.values().size(); i++) {
      int at = i * expected.stride();
      assertThat((double) actual[at])
          .as("%s[%d]", name, at)
          .isCloseTo(expected.values().get(i), within(tolerance * Math.max(1e-3, largest)));
    }
  }
}
