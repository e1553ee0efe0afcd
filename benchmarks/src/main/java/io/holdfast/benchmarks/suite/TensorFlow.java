package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Python's TensorFlow in a process of its own, with as large a state in its memory. */
final class TensorFlow implements AutoCloseable {
  private static final String SCRIPT = "/tensorflow_checkpoint.py";

  private final Process process;
  private final PrintWriter orders;
  private final BufferedReader answers;

  private TensorFlow(Process process) {
    this.process = process;
    this.orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  static TensorFlow start(Bench bench, String python) throws IOException {
    Path script = bench.scratch().resolve("tensorflow_checkpoint.py");
    try (InputStream text = TensorFlow.class.getResourceAsStream(SCRIPT)) {
      Files.copy(text, script, StandardCopyOption.REPLACE_EXISTING);
    }
    ProcessBuilder builder =
        new ProcessBuilder(python, script.toString(), String.valueOf(bench.megabytes()));
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return new TensorFlow(builder.start());
  }

  /** Saves with SaveV2 and then syncs the files, as SaveV2 does not; returns seconds. */
  double saveDurably(Path prefix) throws IOException {
    return order("save " + prefix);
  }

  /** Reads all of it with RestoreV2; returns seconds. */
  double restore(Path prefix) throws IOException {
    return order("restore " + prefix);
  }

  private double order(String order) throws IOException {
    orders.println(order);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("TensorFlow ended at \"" + order + "\"");
    }
    return Double.parseDouble(answer);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
