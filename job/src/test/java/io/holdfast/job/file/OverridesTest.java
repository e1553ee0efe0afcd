package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.job.Job;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.OptimizerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OverridesTest {
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(directory.resolve("job.yaml"), BadJobFilesTest.GOOD);
  }

  @Test
  void standInForWhatTheFileSays() throws JobException {
    Job job =
        JobFile.read(
            file,
            List.of(
                "checkpoint.every_steps=10",
                "optimizer.adam.learning_rate=0.01",
                "model.layers[0].conv2d.kernel_size=[5, 3]",
                "model.layers[1].max_pooling2d.name=pool",
                "metrics=[]",
                "checkpoint.save_best=",
                "steps=7",
                "name=a=b"));

    assertThat(job.checkpoint().everySteps()).hasValue(10);
    assertThat(job.checkpoint().retention().best()).isEmpty();
    assertThat(job.optimizer()).isEqualTo(new OptimizerSpec.Adam(0.01, 0.9, 0.999, 1e-7));
    LayerSpec.Conv2D conv = (LayerSpec.Conv2D) job.model().layers().get(0);
    assertThat(conv.kernelHeight()).isEqualTo(5);
    assertThat(conv.kernelWidth()).isEqualTo(3);
    assertThat(job.model().layers().get(1).name()).isEqualTo("pool");
    assertThat(job.metrics()).isEmpty();
    assertThat(job.steps()).hasValue(7);
    assertThat(job.name()).isEqualTo("a=b");
  }

  @Test
  void whatIsToBeKeptComesBackAsItWasWritten() throws JobException {
    Job job =
        JobFile.read(
            file,
            List.of(
                "checkpoint.keep_every_steps=50",
                "checkpoint.keep_checkpoint_every_n_hours=0.5",
                "checkpoint.ttl_hours=36",
                "checkpoint.max_disk_bytes=1000000000000",
                "checkpoint.save_best.keep=3",
                "checkpoint.parity=1"));

    assertThat(job.checkpoint().hasParity()).isTrue();
    assertThat(job.checkpoint().retention().maxDiskBytes()).hasValue(1_000_000_000_000L);
    assertThat(job.checkpoint().retention().timeToLive()).hasValue(Duration.ofHours(36));
    assertThat(JobText.read("stored", JobText.write(job))).isEqualTo(job);
  }

  @Test
  void laterOnesWin() throws JobException {
    assertThat(JobFile.read(file, List.of("epochs=5", "epochs=6")).epochs()).hasValue(6);
  }

  @Test
  void bareNamesTakeParameters() throws JobException {
    Job job = JobFile.read(file, List.of("optimizer=sgd", "optimizer.sgd.momentum=0.9"));

    assertThat(job.optimizer()).isEqualTo(new OptimizerSpec.Sgd(0.01, 0.9, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "epochs | --set: \"epochs\" is not allowed; key=value such as checkpoint.every_steps=10 is needed",
        "=3 | --set: \"=3\" is not allowed; key=value such as checkpoint.every_steps=10 is needed",
        "a..b=3 | --set: \"a..b=3\" is not allowed; key=value such as checkpoint.every_steps=10 is needed",
        "epochs=0 | --set: epochs: 0 is not allowed; an integer from 1 to 1000000000 is needed",
        "epochs=two | --set: epochs: \"two\" is not allowed; an integer from 1 to 1000000000 is needed",
        "epoch=2 | --set: epoch: unknown key `epoch`; did you mean `epochs`?",
        "seed.x=2 | --set: seed: 42 is no map; nothing can be set in it",
        "epochs=[1 | --set: line 1, column 3: expected ',' or ']', but got <stream end>",
        "model.layers[9].dense.units=2 | --set: model.layers[9]: there is no such item; the list has 5",
        "model.layers[4].dense.units=-2 | --set: model.layers[4].dense.units: -2 is not allowed; an integer from 1 to 16777216 is needed",
        "checkpoint.every_step=2 | --set: checkpoint.every_step: unknown key `every_step`; did you mean `every_steps`?"
      })
  void areCheckedAsInTheFile(String override, String line) {
    JobException told =
        catchThrowableOfType(JobException.class, () -> JobFile.read(file, List.of(override)));

    assertThat(told).isNotNull().hasMessage(line);
  }
}
