package io.holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.TensorShape;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients against differences of the loss, through every layer and loss. */
class FiniteDifferencesTest {
  private static final long SEED = 20261122;
  private static final float DELTA = 1e-3f;
  private static final double TOLERANCE = 0.02;
  private static final int SAMPLES = 12;

  static List<KerasCase> cases() {
    return KerasCase.all().stream()
        .filter(c -> !c.name().equals("article_cnn") && !c.name().equals("sparse_relu_outputs"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsEqualDifferences(KerasCase c) {
    TestTrainer trainer = TestTrainer.of(c, 1);
    ShardLane lane = trainer.network.lane();
    Random random = new Random(SEED);
    loss(c, trainer, lane);
    for (int v = 0; v < trainer.trainable.size(); v++) {
      float[] gradient = TestTrainer.toArray(trainer.totalGradients().floats(v));
      double scale = 1e-3;
      for (float g : gradient) {
        scale = Math.max(scale, Math.abs(g));
      }
      for (int i = 0; i < SAMPLES; i++) {
        int at = random.nextInt(gradient.length);
        double[] sides = oneSided(c, trainer, v, at);
        // A kink of relu or of a maximum lies between the two; elsewhere they are equal.
        assertThat((double) gradient[at])
            .as("%s[%d], seed %d", trainer.trainable.get(v).name(), at, SEED)
            .isBetween(
                Math.min(sides[0], sides[1]) - TOLERANCE * scale,
                Math.max(sides[0], sides[1]) + TOLERANCE * scale);
      }
    }
  }

  /** The slopes below and above the present value. */
  private static double[] oneSided(KerasCase c, TestTrainer trainer, int variable, int at) {
    ShardLane lane = trainer.network.lane();
    FloatBuffer values = trainer.value(variable);
    float held = values.get(at);
    double here = evaluate(c, trainer, lane);
    values.put(at, held + DELTA);
    double above = evaluate(c, trainer, lane);
    values.put(at, held - DELTA);
    double below = evaluate(c, trainer, lane);
    values.put(at, held);
    return new double[] {
      (here - below) / (held - (double) (held - DELTA)),
      (above - here) / ((double) (held + DELTA) - held)
    };
  }

  private static double loss(KerasCase c, TestTrainer trainer, ShardLane lane) {
    TensorShape input = trainer.plan.input();
    TensorShape output = trainer.plan.output();
    return trainer
        .gradients(lane, c.rows()[0], (first, n) -> c.batch(0, input, output, first, n))
        .loss();
  }

  private static double evaluate(KerasCase c, TestTrainer trainer, ShardLane lane) {
    TensorShape input = trainer.plan.input();
    TensorShape output = trainer.plan.output();
    return lane.evaluate(c.batch(0, input, output, 0, c.rows()[0]), trainer.values).loss();
  }
}
