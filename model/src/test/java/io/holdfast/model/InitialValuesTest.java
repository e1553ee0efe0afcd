package io.holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.holdfast.job.Initializer;
import io.holdfast.job.Job;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keras's distributions, made slice by slice. */
class InitialValuesTest {
  private static final KerasCase CNN = KerasCase.named("article_cnn");
  private final Job job = TestTrainer.job(CNN.model(), CNN.loss(), CNN.optimizer(), 128, 4);
  private final ModelPlan plan = ModelPlan.of(job);
  private final InitialValues initial = InitialValues.of(job, plan);

  /** Fans of [3, 3, 20, 200]: 180 in, 1800 out. */
  @ParameterizedTest
  @CsvSource({
    "GLOROT_UNIFORM, 0.031782, 0.055048",
    "HE_UNIFORM, 0.105409, 0.182574",
    "LECUN_UNIFORM, 0.074536, 0.129099",
    "RANDOM_UNIFORM, 0.028868, 0.05",
    "GLOROT_NORMAL, 0.031782, 0.072262",
    "HE_NORMAL, 0.105409, 0.239668",
    "LECUN_NORMAL, 0.074536, 0.169471",
    "RANDOM_NORMAL, 0.05, 0.3",
    "ZEROS, 0, 0",
  })
  void hasDeviationAndBoundsOfKeras(Initializer initializer, double deviation, double bound) {
    TensorShape shape = TensorShape.of(3, 3, 20, 200);
    Variable variable =
        new Variable(
            "w", "w", DataType.FLOAT, shape, new Variable.Weight("l", "kernel", initializer, true));
    FloatBuffer values = fill(variable, 0, 36000);
    double sum = 0;
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < values.limit(); i++) {
      sum += values.get(i);
      squares += (double) values.get(i) * values.get(i);
      largest = Math.max(largest, Math.abs(values.get(i)));
    }
    assertThat(sum / 36000).isCloseTo(0, within(0.02 * deviation + 1e-12));
    assertThat(Math.sqrt(squares / 36000)).isCloseTo(deviation, within(0.015 * deviation + 1e-12));
    assertThat(largest).isLessThanOrEqualTo(bound * 1.0001);
  }

  @Test
  void aSliceHasTheNumbersOfTheWhole() {
    Variable kernel = plan.variable("layer_2/kernel");
    FloatBuffer whole = fill(kernel, 0, 5000);
    FloatBuffer slice = fill(kernel, 1234, 1000);
    for (int i = 0; i < 1000; i++) {
      assertThat(slice.get(i)).isEqualTo(whole.get(1234 + i));
    }
    assertThat(fill(plan.variable("layer_0/kernel"), 0, 10).get(0)).isNotEqualTo(whole.get(0));
  }

  @Test
  void scalarsStartAsTheJobSays() {
    for (Variable variable : plan.optimizerVariables()) {
      ByteBuffer bytes = ByteBuffer.allocate((int) variable.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      initial.fill(variable, 0, bytes);
      if (variable.role() instanceof Variable.LearningRate) {
        assertThat(bytes.getFloat(0)).isEqualTo(0.001f);
      } else {
        assertThat(bytes.array()).containsOnly(0);
      }
    }
  }

  private FloatBuffer fill(Variable variable, long first, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    initial.fill(variable, first, bytes);
    return bytes.asFloatBuffer();
  }
}
