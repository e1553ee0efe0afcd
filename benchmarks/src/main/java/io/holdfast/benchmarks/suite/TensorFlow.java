package io.holdfast.benchmarks.suite;

import io.holdfast.benchmarks.Bench;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Python's TensorFlow in a process of its own, with as large a state in its memory. */
final class TensorFlow implements AutoCloseable {
  private static final String SCRIPT = "/tensorflow_checkpoint.py";

  private final OrderedProcess process;

  private TensorFlow(OrderedProcess process) {
    this.process = process;
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
    return new TensorFlow(new OrderedProcess("TensorFlow", builder));
  }

  /** Saves with SaveV2 and then syncs the files, as SaveV2 does not; returns seconds. */
  double saveDurably(Path prefix) throws IOException {
    return process.order("save " + prefix);
  }

  /** Reads all of it with RestoreV2; returns seconds. */
  double restore(Path prefix) throws IOException {
    return process.order("restore " + prefix);
  }

  @Override
  public void close() {
    process.close();
  }
}
