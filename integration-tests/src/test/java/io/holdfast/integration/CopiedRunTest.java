package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs that go on from a checkpoint that was copied from another run end in the same bits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CopiedRunTest {
  private static final String MIDDLE = Long.toString(SmallJob.STEPS / 2);

  @TempDir static Path directory;

  private Path job;
  private Path finished;

  @BeforeAll
  void finishARun() throws Exception {
    job = SmallJob.write(directory);
    finished = directory.resolve("finished");
    Holdfast.Result result = holdfast("run", job.toString(), "--dir", finished.toString());
    assertThat(result.exitCode()).as(result.all()).isZero();
  }

  @Test
  void aRunGoesOnFromAReshardedCheckpoint() throws Exception {
    Path copy = directory.resolve("resharded");
    Holdfast.Result resharded =
        holdfast("reshard", finished.toString(), MIDDLE, "--to", copy.toString(), "--shards", "5");
    assertThat(resharded.exitCode()).as(resharded.all()).isZero();
    assertThat(RunFiles.startingWith(copy, "ckpt-")).hasSize(1 + 5);
    goOnAndCompare(copy);
  }

  @Test
  void aRunGoesOnFromAnUnarchivedCheckpoint() throws Exception {
    Path file = directory.resolve("middle.tar.zst");
    Path copy = directory.resolve("unarchived");
    for (Holdfast.Result result :
        List.of(
            holdfast("archive", finished.toString(), MIDDLE, "--to", file.toString()),
            holdfast("unarchive", file.toString(), "--to", copy.toString()))) {
      assertThat(result.exitCode()).as(result.all()).isZero();
    }
    goOnAndCompare(copy);
  }

  private void goOnAndCompare(Path copy) throws Exception {
    Holdfast.Result verified = holdfast("verify", copy.toString(), "--all");
    assertThat(verified.exitCode()).as(verified.all()).isZero();
    Holdfast.Result middle = holdfast("diff", finished.toString(), MIDDLE, copy.toString(), MIDDLE);
    assertThat(middle.exitCode()).as(middle.all()).isZero();

    Holdfast.Result resumed = holdfast("run", job.toString(), "--dir", copy.toString());
    assertThat(resumed.exitCode()).as(resumed.all()).isZero();
    assertThat(resumed.out()).contains("Restored from").contains("(step " + MIDDLE + ")");
    String last = Long.toString(SmallJob.STEPS);
    Holdfast.Result end = holdfast("diff", finished.toString(), last, copy.toString(), last);
    assertThat(end.exitCode()).as(end.all()).isZero();
    Holdfast.Result others = holdfast("diff", finished.toString(), MIDDLE, last);
    assertThat(others.exitCode()).as(others.all()).isEqualTo(1);
  }

  private static Holdfast.Result holdfast(String... arguments) throws Exception {
    return Holdfast.run(directory, arguments);
  }
}
