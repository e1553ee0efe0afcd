package io.holdfast.job.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.job.DataSpec;
import io.holdfast.job.Job;
import io.holdfast.job.JobLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Good CSV files are read to the last cell; each kind of bad one is told in one line. */
final class CsvFilesTest {
  private static final String JOB =
      """
      model: {input: [2], layers: [{dense: {units: 3, activation: softmax}}]}
      loss: sparse_categorical_crossentropy
      optimizer: sgd
      data: {train: {csv: {path: data.csv, label: class}}}
      steps: 1
      """;
  private static final String GOOD = "a,b,class\n1,2,0\n3,4.5e-1,2\n-5,+.5,1.0\n";

  @TempDir private Path directory;
  private Path job;
  private Path data;

  @BeforeEach
  void write() throws IOException {
    job = Files.writeString(directory.resolve("job.yaml"), JOB);
    data = Files.writeString(directory.resolve("data.csv"), GOOD);
  }

  private List<String> samples() throws Exception {
    List<String> samples = new ArrayList<>();
    Job read = JobFile.read(job);
    DataSpec.Csv csv = (DataSpec.Csv) read.data().train();
    int count =
        CsvSamples.read(
            csv,
            read,
            (features, labels) ->
                samples.add(List.of(features[0], features[1], labels[0]).toString()));
    assertThat(count).isEqualTo(samples.size()).isEqualTo(DataFiles.samples(csv));
    return samples;
  }

  private void set(String part, String instead) throws IOException {
    assertThat(JOB).contains(part);
    Files.writeString(job, JOB.replace(part, instead));
  }

  private String told() {
    JobException told = catchThrowableOfType(JobException.class, () -> JobFile.read(job));
    assertThat(told).isNotNull();
    assertThat(told.getMessage()).doesNotContain("\n");
    return told.key() + ": " + told.problem();
  }

  @Test
  void cellsBecomeSamples() throws Exception {
    List<String> expected = List.of("[1.0, 2.0, 0.0]", "[3.0, 0.45, 2.0]", "[-5.0, 0.5, 1.0]");
    assertThat(samples()).isEqualTo(expected);
    Files.write(data, IdxFiles.gzipped(GOOD.getBytes(StandardCharsets.UTF_8)));
    assertThat(samples()).isEqualTo(expected);
    String windows = "\uFEFF" + GOOD.replace("\n", "\r\n").replace("2,0", " 2 ,\"0\"") + "\r\n\r\n";
    Files.writeString(data, windows);
    assertThat(samples()).isEqualTo(expected);
  }

  @Test
  void columnsMayBeChosen() throws Exception {
    set("label: class", "label: 2, columns: [b, 0]");
    assertThat(samples().get(1)).isEqualTo("[0.45, 3.0, 2.0]");
    Files.writeString(data, "1\t2\tsome text\t0\n");
    set("label: class", "label: 3, columns: [0, 1], header: false, separator: \"\\t\"");
    assertThat(samples()).containsExactly("[1.0, 2.0, 0.0]");
  }

  @Test
  void featuresAreScaled() throws Exception {
    set("label: class}", "label: class}, scale: 2");
    assertThat(samples().get(0)).isEqualTo("[0.5, 1.0, 0.0]");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1,2 | path: FILE: line 5: 2 cells; the first row has 3",
        "1,2,0,4 | path: FILE: line 5: 4 cells; the first row has 3",
        "1,2, | path: FILE: line 5, column \"class\": \"\" is not allowed; a finite decimal number is needed",
        "1,x,0 | path: FILE: line 5, column \"b\": \"x\" is not allowed; a finite decimal number is needed",
        "1,NaN,0 | path: FILE: line 5, column \"b\": \"NaN\" is not allowed; a finite decimal number is needed",
        "1,1e60,0 | path: FILE: line 5, column \"b\": \"1e60\" is not allowed; a finite decimal number is needed",
        "0x1p3,2,0 | path: FILE: line 5, column \"a\": \"0x1p3\" is not allowed; a finite decimal number is needed",
        "1f,2,0 | path: FILE: line 5, column \"a\": \"1f\" is not allowed; a finite decimal number is needed",
        "1,2,3 | path: FILE: line 5, column \"class\": \"3\" is not allowed; a class from 0 to 2 is needed",
        "1,2,-1 | path: FILE: line 5, column \"class\": \"-1\" is not allowed; a class from 0 to 2 is needed",
        "1,2,0.5 | path: FILE: line 5, column \"class\": \"0.5\" is not allowed; a class from 0 to 2 is needed",
        "1,\"2,0 | path: FILE: line 5: Missing closing quote for value",
      })
  void badRowsAreTold(String row, String line) throws IOException {
    Files.writeString(data, GOOD + row);
    assertThat(told()).isEqualTo("data.train.csv." + line.replace("FILE", data.toString()));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "label: clas ~ label: FILE: unknown column `clas`; did you mean `class`?",
        "label: 3 ~ label: column 3: FILE has columns 0 to 2",
        "label: [class, a] ~ label: 2 columns; sparse_categorical_crossentropy needs one column of class numbers",
        "label: class, columns: [a] ~ columns: FILE has 1 columns of features; model.input [2] needs 2",
        "label: class, columns: [a, a] ~ columns: column 0 of FILE stands twice",
        "label: class, columns: [a, class] ~ columns: column \"class\" is a label already",
        "label: a, columns: [] ~ columns: [] is not allowed; a column or a list of columns, each by name or number is needed",
        "label: class, header: false ~ label: \"class\" is not allowed; a number from 0 (without a header columns have no names) is needed",
        "label: class, separator: ab ~ separator: \"ab\" is not allowed; one of , ; | and a tab is needed",
        "label: class, sep: \";\" ~ sep: unknown key `sep`; allowed: columns, header, label, path, separator",
        "header: true ~ label: missing; a column or a list of columns, each by name or number is needed",
      })
  void badColumnsAreTold(String csv, String line) throws IOException {
    set("label: class", csv);
    assertThat(told()).isEqualTo("data.train.csv." + line.replace("FILE", data.toString()));
  }

  @Test
  void badFilesAreTold() throws IOException {
    Files.writeString(data, "");
    assertThat(told()).isEqualTo("data.train.csv.path: " + data + " has no rows");
    Files.writeString(data, "a,b,class\n\n");
    assertThat(told()).isEqualTo("data.train.csv.path: " + data + " has no rows below its header");
    Files.writeString(data, "a,b,c,class\n1,2,3,0\n");
    assertThat(told())
        .isEqualTo(
            "data.train.csv.path: " + data + " has 3 columns of features; model.input [2] needs 2");
    Files.writeString(data, "a,class,class\n1,2,0\n");
    assertThat(told())
        .isEqualTo(
            "data.train.csv.label: \"class\" is the name of two columns of "
                + data
                + "; use numbers");
    Files.write(data, new byte[] {'a', ',', (byte) 0xff, '\n'});
    assertThat(told()).isEqualTo("data.train.csv.path: " + data + " is not UTF-8 text");
    byte[] packed = IdxFiles.gzipped(GOOD.getBytes(StandardCharsets.UTF_8));
    Files.write(data, java.util.Arrays.copyOf(packed, packed.length - 9));
    assertThat(told()).isEqualTo("data.train.csv.path: " + data + " is cut off");
    Files.writeString(data, GOOD + "1".repeat(JobLimits.MAX_CSV_CELL + 1) + ",2,0\n");
    assertThat(told()).startsWith("data.train.csv.path: " + data + ": line ").contains("1024");
    Files.writeString(data, "1,".repeat(JobLimits.MAX_CSV_COLUMNS) + "1\n");
    assertThat(told()).contains("line 1 has more than 65536 cells");
    Files.delete(data);
    assertThat(told()).isEqualTo("data.train.csv.path: no such file: " + data);
    Files.createDirectory(data);
    assertThat(told()).isEqualTo("data.train.csv.path: not a file: " + data);
  }

  @Test
  void labelsAreWhatTheLossWants() throws IOException {
    Files.writeString(data, "a,b,class\n1,2,1.5\n");
    set(
        JOB,
        JOB.replace("3, activation: softmax", "1, activation: sigmoid")
            .replace("sparse_categorical", "binary"));
    assertThat(told())
        .isEqualTo(
            "data.train.csv.path: "
                + data
                + ": line 2, column \"class\": \"1.5\" is not allowed; a label from 0 to 1 is needed");
    set(JOB, JOB.replace("sparse_categorical_crossentropy", "mean_absolute_error"));
    assertThat(told())
        .isEqualTo(
            "data.train.csv.label: 1 columns do not fit the model's output, which is [3]; 3 are needed");
  }
}
