package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.RetentionSpec;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.job.plan.Variable;
import io.holdfast.storage.bundle.TensorShape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples that the project ships are good job files. */
final class ExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mnist/cnn.yaml",
        "mnist/vgg.yaml",
        "csv/hit.yaml",
        "csv/distance.yaml",
        "article/cnn.yaml",
        "article/custom-loop.yaml"
      })
  void areGoodAndReadBackFromTheirCanonicalText(String example) throws JobException {
    Job job = JobFile.read(EXAMPLES.resolve(example));

    String text = JobText.write(job);

    assertThat(JobText.read("holdfast/job", text)).isEqualTo(job);
    assertThat(JobText.write(JobText.read("holdfast/job", text))).isEqualTo(text);
  }

  @Test
  void mnistIsTheJobOfTheContract() throws Exception {
    Job job = JobFile.read(EXAMPLES.resolve("mnist/cnn.yaml"));

    assertThat(job.name()).isEqualTo("mnist-cnn");
    assertThat(job.seed()).isEqualTo(42);
    assertThat(job.data().batchSize()).isEqualTo(128);
    assertThat(job.mesh().shards()).isEqualTo(4);
    assertThat(job.checkpoint().everySteps()).hasValue(100);
    assertThat(job.checkpoint().retention().best())
        .hasValue(new RetentionSpec.SaveBest("val_loss", RetentionSpec.Mode.MIN, 1));
    assertThat(DataFiles.samples(job.data().train())).isEqualTo(60_000);
    assertThat(((DataSpec.Idx) job.data().train()).images().toString())
        .startsWith("file:/")
        .endsWith("/examples/mnist/data/train-images-idx3-ubyte.gz");
    BatchSchedule schedule = BatchSchedule.of(job, 60_000);
    assertThat(schedule.stepsPerEpoch()).isEqualTo(469);
    assertThat(schedule.totalSteps()).isEqualTo(1407);
  }

  @Test
  void customLoopHasOneWeightNamedW() throws JobException {
    Job job = JobFile.read(EXAMPLES.resolve("article/custom-loop.yaml"));

    List<Variable> weights = ModelPlan.of(job).trainableVariables();

    assertThat(weights).hasSize(1);
    assertThat(weights.get(0).name()).isEqualTo("w/kernel");
    assertThat(weights.get(0).shape()).isEqualTo(TensorShape.of(5, 10));
    assertThat(job.optimizer()).isEqualTo(new OptimizerSpec.Adam(0.001, 0.9, 0.999, 1e-7));
    assertThat(job.checkpoint().retention().maxToKeep()).isEqualTo(3);
  }
}
