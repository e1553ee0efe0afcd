package io.holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.MetricFunction;
import io.holdfast.job.file.JobFile;
import io.holdfast.job.plan.BatchSchedule;
import io.holdfast.job.random.Shuffle;
import io.holdfast.model.data.DataSources;
import io.holdfast.model.data.Dataset;
import io.holdfast.model.data.SampleBatch;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The example's first steps on the original MNIST files. */
class MnistTest {
  private static final int STEPS = 60;

  @Test
  void theExampleLearns() throws Exception {
    TestTrainer trainer = new TestTrainer(JobFile.read(Path.of("../examples/mnist/cnn.yaml")));
    InitialValues initial = InitialValues.of(trainer.job, trainer.plan);
    for (int i = 0; i < trainer.trainable.size(); i++) {
      initial.fill(trainer.trainable.get(i), 0, trainer.values.buffers().get(i));
    }
    DataSources.Result.Opened data =
        (DataSources.Result.Opened) DataSources.open(trainer.job, trainer.plan);
    Dataset train = data.train();
    BatchSchedule schedule = BatchSchedule.of(trainer.job, train.samples());
    SampleBatch batch = SampleBatch.allocate(train, trainer.network.maxShardRows());
    ShardLane lane = trainer.network.lane();
    int[] order = Shuffle.order(trainer.job.seed(), 0, train.samples());
    ShardSums last = ShardSums.EMPTY;
    for (int step = 0; step < STEPS; step++) {
      BatchSchedule.BatchPosition position = schedule.at(step);
      int from = (int) position.firstRow();
      last =
          trainer.step(
              lane,
              position.rows(),
              (first, count) -> {
                train.gather(order, from + first, count, batch);
                return batch;
              });
    }
    assertThat(last.meanLoss()).isLessThan(0.7);
    assertThat(last.mean(MetricFunction.ACCURACY)).isGreaterThan(0.8);
  }
}
