package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.Job;
import io.holdfast.job.file.JobChanges.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JobChangesTest {
  @TempDir private Path directory;
  private Path file;
  private Job stored;

  @BeforeEach
  void write() throws Exception {
    file = Files.writeString(directory.resolve("job.yaml"), BadJobFilesTest.GOOD);
    stored = JobFile.read(file);
  }

  @Test
  void equalJobsHaveNone() throws JobException {
    assertThat(JobChanges.compare(stored, JobFile.read(file)).changes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "epochs=9",
        "steps=900",
        "metrics=[]",
        "checkpoint.every_steps=7",
        "checkpoint.every_secs=7",
        "checkpoint.save_best=",
        "checkpoint.async=false",
        "cluster.min_workers=3",
        "cluster.lease_ms=9000"
      })
  void aResumeMayChange(String override) throws JobException {
    JobChanges changes = JobChanges.compare(stored, JobFile.read(file, List.of(override)));

    assertThat(changes.changes()).isNotEmpty();
    assertThat(changes.isAllowed()).isTrue();
    assertThat(changes.refusal()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed=43",
        "name=other",
        "data.batch_size=17",
        "data.shuffle=false",
        "mesh.shards=2",
        "mesh.threads=2",
        "model.layers[3].dropout.rate=0.25",
        "model.layers[0].conv2d.trainable=false",
        "optimizer.adam.learning_rate=0.01",
        "data.train.random.samples=99",
        "data.validation="
      })
  void aResumeMayNotChange(String override) throws JobException {
    String key = override.substring(0, override.indexOf('='));
    JobChanges changes =
        JobChanges.compare(stored, JobFile.read(file, List.of(override, "checkpoint.save_best=")));

    assertThat(changes.refused()).isNotEmpty();
    assertThat(changes.refused().get(0).key()).startsWith(key);
    assertThat(changes.refusal().orElseThrow()).startsWith(key).contains("a resume may change");
  }

  @Test
  void namesBothValues() throws JobException {
    JobChanges changes = JobChanges.compare(stored, JobFile.read(file, List.of("seed=43")));

    assertThat(changes.changes()).containsExactly(new Change("seed", "42", "43", false));
  }

  @Test
  void dataFilesMayMoveButNotChangeTheirNames() throws Exception {
    Job before = idx("a", "images.idx");

    assertThat(JobChanges.compare(before, idx("b", "images.idx")).isAllowed()).isTrue();
    assertThat(JobChanges.compare(before, idx("a", "other.idx")).refused())
        .extracting(Change::key)
        .containsExactly("data.train.idx.images");
  }

  @Test
  void csvFilesMayMoveButNotChangeTheirNames() throws Exception {
    Job before = csv("a", "data.csv");

    assertThat(JobChanges.compare(before, csv("b", "data.csv")).isAllowed()).isTrue();
    assertThat(JobChanges.compare(before, csv("a", "other.csv")).refused())
        .extracting(Change::key)
        .containsExactly("data.train.csv.path");
  }

  private Job csv(String folder, String path) throws IOException, JobException {
    Path moved = Files.createDirectories(directory.resolve(folder));
    Files.writeString(moved.resolve(path), "0,".repeat(64) + "1\n");
    Path job = moved.resolve("job.yaml");
    Files.writeString(
        job,
        BadJobFilesTest.GOOD.replace(
            "train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}",
            "train: {csv: {path: " + path + ", label: 64, header: false}}"));
    return JobFile.read(job);
  }

  private Job idx(String folder, String images) throws IOException, JobException {
    Path moved = Files.createDirectories(directory.resolve(folder));
    Files.write(moved.resolve(images), IdxFiles.bytes(new int[] {2, 8, 8}, 0));
    Files.write(moved.resolve("labels.idx"), IdxFiles.bytes(new int[] {2}, 0));
    Path job = moved.resolve("job.yaml");
    Files.writeString(
        job,
        BadJobFilesTest.GOOD.replace(
            "train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}",
            "train: {idx: {images: " + images + ", labels: labels.idx}, scale: 255}"));
    return JobFile.read(job);
  }
}
