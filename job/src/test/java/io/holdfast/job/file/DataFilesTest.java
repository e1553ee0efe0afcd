package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.holdfast.job.Job;
import io.holdfast.storage.bundle.TensorShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFilesTest {
  @TempDir private Path directory;
  private Path job;
  private Path images;
  private Path labels;

  @BeforeEach
  void write() throws IOException {
    job = directory.resolve("job.yaml");
    images = Files.write(directory.resolve("images"), IdxFiles.bytes(new int[] {3, 8, 8}, 200));
    labels = Files.write(directory.resolve("labels"), IdxFiles.bytes(new int[] {3}, 9));
    writeJob("{images: images, labels: labels}");
  }

  private void writeJob(String idx) throws IOException {
    Files.writeString(
        job,
        BadJobFilesTest.GOOD.replace(
            "train: {random: {shape: [8, 8, 1], samples: 100, classes: 10}}",
            "train: {idx: " + idx + "}"));
  }

  private String told() {
    JobException told = catchThrowableOfType(JobException.class, () -> JobFile.read(job));
    assertThat(told).isNotNull();
    assertThat(told.source()).isEqualTo(job.toString());
    assertThat(told.isUnreadable()).isFalse();
    return told.key() + ": " + told.problem();
  }

  @Test
  void goodOnesPassPlainAndGzipped() throws Exception {
    Job plain = JobFile.read(job);
    Files.write(images, IdxFiles.gzipped(Files.readAllBytes(images)));

    assertThat(JobFile.read(job)).isEqualTo(plain);
    assertThat(DataFiles.samples(plain.data().train())).isEqualTo(3);
    assertThat(IdxHeader.read(images.toUri()).sampleShape()).isEqualTo(TensorShape.of(8, 8));
  }

  @Test
  void labelsOutOfRangeAreTold() throws IOException {
    Files.write(labels, IdxFiles.bytes(new int[] {3}, 10));

    assertThat(told())
        .isEqualTo(
            "data.train.idx.labels: label 0 of "
                + labels
                + " is 10; the model's labels are 0 to 9");
  }

  @Test
  void missingFilesAreTold() throws IOException {
    Files.delete(images);
    assertThat(told()).isEqualTo("data.train.idx.images: no such file: " + images);

    Files.createDirectory(images);
    assertThat(told()).isEqualTo("data.train.idx.images: not a file: " + images);
  }

  @Test
  void damagedFilesAreTold() throws IOException {
    byte[] good = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(good, good.length - 1));
    assertThat(told()).isEqualTo("data.train.idx.images: " + images + " is cut off");

    Files.write(images, Arrays.copyOf(good, good.length + 1));
    assertThat(told())
        .isEqualTo("data.train.idx.images: " + images + " has more bytes than its head states");

    Files.write(images, new byte[] {1, 2, 3, 4, 5});
    assertThat(told())
        .isEqualTo("data.train.idx.images: " + images + ": not an IDX file of unsigned bytes");

    Files.write(images, new byte[0]);
    assertThat(told())
        .isEqualTo(
            "data.train.idx.images: " + images + ": not an IDX file: it ends within its head");

    byte[] packed = IdxFiles.gzipped(good);
    Files.write(images, Arrays.copyOf(packed, packed.length - 12));
    assertThat(told()).isEqualTo("data.train.idx.images: " + images + " is cut off");

    packed[packed.length - 8] ^= 1;
    Files.write(images, packed);
    assertThat(told()).startsWith("data.train.idx.images: " + images + " is damaged gzip data: ");
  }

  /** The kernel gives EIO for the first bytes of that file. */
  @Test
  void whatCannotBeReadIsToldApart() throws IOException {
    Path broken = Path.of("/proc/self/mem");
    assumeThat(broken).exists();
    Files.delete(labels);
    Files.createSymbolicLink(labels, broken);
    JobException told = catchThrowableOfType(JobException.class, () -> JobFile.read(job));
    assertThat(told.isUnreadable()).isTrue();
    assertThat(told.key()).isEqualTo("data.train.idx.labels");
    assertThat(told.problem()).isEqualTo(labels + " is not readable: Input/output error");
  }

  @Test
  void shapesThatDoNotFitAreTold() throws IOException {
    Files.write(images, IdxFiles.bytes(new int[] {3, 8, 7}, 0));
    assertThat(told())
        .isEqualTo(
            "data.train.idx.images: its samples have shape [8, 7], which does not fit model.input,"
                + " which is [8, 8, 1]");

    Files.write(images, IdxFiles.bytes(new int[] {4, 8, 8}, 0));
    assertThat(told())
        .isEqualTo(
            "data.train.idx.labels: "
                + labels
                + " has shape [3]; one label for each of 4 images is needed");
  }

  @Test
  void pathsAreChecked() throws IOException {
    writeJob("{images: images}");
    assertThat(told())
        .isEqualTo("data.train.idx.labels: missing; the path of an IDX file is needed");

    writeJob("{images: 'gopher://host/images', labels: labels}");
    assertThat(told())
        .startsWith(
            "data.train.idx.images: \"gopher://host/images\" is not a path: unknown scheme gopher"
                + " (allowed: file:");

    writeJob("{images: \"a\\0b\", labels: labels}");
    assertThat(told()).startsWith("data.train.idx.images: ").contains("is not a path");

    writeJob("{images: '', labels: labels}");
    assertThat(told())
        .isEqualTo("data.train.idx.images: \"\" is not allowed; the path of an IDX file is needed");
  }
}
