package io.holdfast.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.holdfast.job.ActivationFunction;
import io.holdfast.job.DataSpec;
import io.holdfast.job.Initializer;
import io.holdfast.job.Job;
import io.holdfast.job.LayerSpec;
import io.holdfast.job.LossFunction;
import io.holdfast.job.ModelSpec;
import io.holdfast.job.OptimizerSpec;
import io.holdfast.job.plan.ModelPlan;
import io.holdfast.model.TestJobs;
import io.holdfast.storage.bundle.TensorShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Good files are read; each kind of bad one is refused in one line that names it. */
class DataSourcesTest {
  private static final int SAMPLES = 5;

  @TempDir Path directory;
  private Path images;
  private Path labels;

  @BeforeEach
  void writeGoodFiles() throws IOException {
    images = directory.resolve("images");
    labels = directory.resolve("labels");
    byte[] pixels = new byte[SAMPLES * 4];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 13);
    }
    Files.write(images, idx(8, pixels, SAMPLES, 2, 2));
    Files.write(labels, idx(8, new byte[] {0, 1, 2, 2, 1}, SAMPLES));
  }

  @Test
  void gathersScaledRowsInAnyOrder() throws IOException {
    Files.write(images, gzip(Files.readAllBytes(images)));
    Dataset data = ((DataSources.Result.Opened) open()).train();
    SampleBatch batch = SampleBatch.allocate(data, 3);
    data.gather(new int[] {4, 3, 2, 1, 0}, 1, 2, batch);
    assertThat(batch.rows()).isEqualTo(2);
    assertThat(Arrays.copyOf(batch.labels(), 2)).containsExactly(2, 2);
    assertThat(batch.inputs()[0]).isEqualTo((3 * 4 * 13) / 255f);
    assertThat(batch.inputs()[7]).isEqualTo((11 * 13) / 255f);
  }

  @Test
  void refusesWhatIsNoIdx() throws IOException {
    byte[] good = Files.readAllBytes(images);
    Files.write(images, new byte[] {1, 2, 3, 4});
    assertRefused("images", "not an IDX file");
    Files.write(images, idx(0x0d, new byte[16], 1, 2, 2));
    assertRefused("images", "0x0d", "0x08");
    Files.write(images, Arrays.copyOf(good, good.length - 1));
    assertRefused("images", "truncated");
    Files.write(images, Arrays.copyOf(good, 7));
    assertRefused("images", "truncated");
    Files.write(images, Arrays.copyOf(good, good.length + 1));
    assertRefused("images", "more bytes");
    Files.write(images, idx(8, new byte[0], -1, 2, 2));
    assertRefused("images", "dimension -1");
    byte[] zipped = gzip(good);
    Files.write(images, Arrays.copyOf(zipped, zipped.length - 9));
    assertRefused("images", "truncated");
    zipped[zipped.length - 8] ^= 1;
    Files.write(images, zipped);
    assertRefused("images", "damaged gzip");
    Files.delete(images);
    assertRefused("images", "no such file");
  }

  @Test
  void refusesWhatDoesNotFitTheModel() throws IOException {
    Files.write(labels, idx(8, new byte[] {0, 1, 3, 2, 1}, SAMPLES));
    assertRefused("labels", "label 3 of sample 2", "0 to 2");
    Files.write(labels, idx(8, new byte[] {0, 1}, 2));
    assertRefused("labels", "2 labels for 5 images");
    Files.write(images, idx(8, new byte[SAMPLES * 6], SAMPLES, 2, 3));
    assertRefused("images", "[2, 3]", "[2, 2, 1]");
  }

  @Test
  void randomDataAreFunctionsOfTheSample() {
    DataSpec.RandomData spec =
        new DataSpec.RandomData(TensorShape.of(2, 2, 1), 50, OptionalInt.of(3), Optional.empty());
    Dataset data = RandomDataset.of(7, spec, 0);
    SampleBatch one = SampleBatch.allocate(data, 4);
    SampleBatch other = SampleBatch.allocate(data, 4);
    data.gather(new int[] {9, 8, 7}, 0, 3, one);
    data.gather(new int[] {7}, 0, 1, other);
    assertThat(Arrays.copyOfRange(one.inputs(), 8, 12)).isEqualTo(Arrays.copyOf(other.inputs(), 4));
    assertThat(one.labels()[2]).isEqualTo(other.labels()[0]).isBetween(0, 2);
  }

  @Test
  void integerLabelsAreTargetsOfOneOutput() throws IOException {
    Files.write(labels, idx(8, new byte[] {0, 1, 1, 0, 1}, SAMPLES));
    DataSpec.Source idx = new DataSpec.Idx(images.toUri(), labels.toUri(), 255);
    Dataset data = opened(LossFunction.BINARY_CROSSENTROPY, 1, idx);
    SampleBatch batch = SampleBatch.allocate(data, 3);
    data.gather(new int[] {4, 3, 2, 1, 0}, 1, 3, batch);
    assertThat(Arrays.copyOf(batch.targets(), 3)).containsExactly(0, 1, 1);
    assertThat(batch.inputs()[0]).isEqualTo((3 * 4 * 13) / 255f);
    DataSpec.RandomData random =
        new DataSpec.RandomData(TensorShape.of(2, 2, 1), 9, OptionalInt.of(2), Optional.empty());
    Dataset made = opened(LossFunction.BINARY_CROSSENTROPY, 1, random);
    SampleBatch madeBatch = SampleBatch.allocate(made, 9);
    made.gather(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, 0, 9, madeBatch);
    assertThat(madeBatch.targets()).containsOnly(0, 1);
  }

  @Test
  void csvRowsAreGatheredInAnyOrder() throws IOException {
    int rows = 100_000;
    StringBuilder text = new StringBuilder("a,b,c,d,x,y,class\n");
    for (int i = 0; i < rows; i++) {
      text.append(i).append(",1,2,3,").append(-i).append(",0.5,").append(i % 3).append('\n');
    }
    Path file = directory.resolve("data.csv");
    Files.writeString(file, text);
    Dataset classes = opened(LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY, 3, csv(file, "class"));
    SampleBatch batch = SampleBatch.allocate(classes, 2);
    classes.gather(new int[] {5, rows - 1, 70_001}, 1, 2, batch);
    assertThat(classes.samples()).isEqualTo(rows);
    assertThat(batch.inputs())
        .containsExactly(99_999 / 2f, .5f, 1, 1.5f, 70_001 / 2f, .5f, 1, 1.5f);
    assertThat(batch.labels()).containsExactly(0, 2);
    Dataset values = opened(LossFunction.MEAN_ABSOLUTE_ERROR, 2, csv(file, "y", "x"));
    SampleBatch targets = SampleBatch.allocate(values, 2);
    values.gather(new int[] {70_001, 7}, 0, 2, targets);
    assertThat(targets.targets()).containsExactly(0.5f, -70_001, 0.5f, -7);
  }

  @Test
  void refusesCsvCellsByLineAndColumn() throws IOException {
    Path file = Files.writeString(directory.resolve("data.csv"), "a,b,c,d,class\n1,2,3,4,x\n");
    Job job = job(LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY, 3, csv(file, "class"));
    DataSources.Result result = DataSources.open(job, ModelPlan.of(job));
    assertThat(((DataSources.Result.Rejected) result).reason())
        .isEqualTo(
            "data.train.csv.path: "
                + file
                + ": line 2, column \"class\": \"x\" is not allowed; a finite decimal number is"
                + " needed");
  }

  /** The kernel gives EIO for the first bytes of that file. */
  @Test
  void whatCannotBeReadIsNotRejected() throws IOException {
    Path broken = Path.of("/proc/self/mem");
    assumeThat(broken).exists();
    images = broken;
    assertUnreadable(open(), broken);
    Job job = job(LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY, 3, csv(broken, "class"));
    assertUnreadable(DataSources.open(job, ModelPlan.of(job)), broken);
  }

  private static void assertUnreadable(DataSources.Result result, Path file) {
    assertThat(result).isInstanceOf(DataSources.Result.Unreadable.class);
    assertThat(((DataSources.Result.Unreadable) result).failure())
        .hasMessage(file + " is not readable: Input/output error");
  }

  private static DataSpec.Csv csv(Path file, String... labels) {
    List<DataSpec.Column> features =
        Stream.of("a", "b", "c", "d").<DataSpec.Column>map(DataSpec.Column.Named::new).toList();
    return new DataSpec.Csv(
        file.toUri(),
        Stream.of(labels).<DataSpec.Column>map(DataSpec.Column.Named::new).toList(),
        Optional.of(features),
        true,
        ',',
        2);
  }

  private static Dataset opened(LossFunction loss, int units, DataSpec.Source source) {
    Job job = job(loss, units, source);
    return ((DataSources.Result.Opened) DataSources.open(job, ModelPlan.of(job))).train();
  }

  private void assertRefused(String... parts) {
    DataSources.Result result = open();
    assertThat(result).isInstanceOf(DataSources.Result.Rejected.class);
    assertThat(((DataSources.Result.Rejected) result).reason())
        .contains(parts)
        .contains("data.train.idx")
        .doesNotContain("\n");
  }

  private DataSources.Result open() {
    Job job =
        job(
            LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY,
            3,
            new DataSpec.Idx(images.toUri(), labels.toUri(), 255));
    return DataSources.open(job, ModelPlan.of(job));
  }

  private static Job job(LossFunction loss, int units, DataSpec.Source source) {
    return TestJobs.job(
        new ModelSpec(
            TensorShape.of(2, 2, 1),
            List.of(
                new LayerSpec.Flatten("flatten"),
                new LayerSpec.Dense(
                    "dense",
                    units,
                    ActivationFunction.SOFTMAX,
                    true,
                    Initializer.GLOROT_UNIFORM,
                    Initializer.ZEROS,
                    true))),
        loss,
        new OptimizerSpec.Sgd(0.1, 0, false),
        new DataSpec(2, false, source, Optional.empty()),
        1);
  }

  private static byte[] idx(int type, byte[] data, int... dims) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * dims.length + data.length);
    bytes.put((byte) 0).put((byte) 0).put((byte) type).put((byte) dims.length);
    for (int dim : dims) {
      bytes.putInt(dim);
    }
    return bytes.put(data).array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return out.toByteArray();
  }
}
