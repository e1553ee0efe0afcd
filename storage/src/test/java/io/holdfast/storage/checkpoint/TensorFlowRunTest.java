package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.Python;
import io.holdfast.storage.store.LocalStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real TensorFlow finds the newest checkpoint of a run directory and reads all that is in it. */
class TensorFlowRunTest {
  @TempDir Path directory;
  @TempDir Path logs;

  @Test
  void tensorFlowReadsTheRun() throws Exception {
    Python.assumePresent();
    CheckpointKeeper keeper = SmallRun.lead(LocalStore.open(directory));
    for (long step = 1; step <= 2; step++) {
      keeper.commit(SmallRun.write(keeper, new Prefix(1, 1, step)));
    }
    keeper.close();

    String output = Python.run(logs.resolve("log"), "read_run.py", directory.toString());

    assertThat(output)
        .contains("latest " + directory + "/ckpt-t1r1-2\n")
        .contains("all " + directory + "/ckpt-t1r1-1 " + directory + "/ckpt-t1r1-2\n")
        .containsPattern("times 1\\d{9}\\.\\d+ 1\\d{9}\\.\\d+\n")
        .contains(
            "tensor "
                + SmallRun.KERNEL
                + " [4, 3] [[2.0, 2.25, 2.5], [2.75, 3.0, 3.25], [3.5, 3.75, 4.0],"
                + " [4.25, 4.5, 4.75]]\n")
        .contains("tensor " + SmallRun.ITERATIONS + " [] 2\n")
        .contains("tensor " + CheckpointKeys.SAVE_COUNTER + " [] 2\n")
        .contains("tensor holdfast/run_id [] {\"id\":\"run-1\"");
  }
}
