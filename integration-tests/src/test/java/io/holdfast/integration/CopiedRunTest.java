package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
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

  @Test
  void aForkOfTheSameJobEndsInTheSameBits() throws Exception {
    Path fork = directory.resolve("same");
    Holdfast.Result forked =
        holdfast(
            "run",
            job.toString(),
            "--dir",
            fork.toString(),
            "--fork",
            "--from",
            finished + "/" + MIDDLE);
    assertThat(forked.exitCode()).as(forked.all()).isZero();
    assertThat(forked.out()).contains("Restored from ckpt-t1r0-" + MIDDLE);
    String last = Long.toString(SmallJob.STEPS);
    Holdfast.Result end = holdfast("diff", finished.toString(), last, fork.toString(), last);
    assertThat(end.exitCode()).as(end.all()).isZero();
  }

  @Test
  void aForkIsARunOfItsOwnWithAnotherJob() throws Exception {
    List<String> before = RunFiles.startingWith(finished, "");
    Path fork = directory.resolve("other");
    String[] command = {
      "run",
      job.toString(),
      "--dir",
      fork.toString(),
      "--fork",
      "--from",
      middle(),
      "--set",
      "optimizer.adam.learning_rate=0.002",
      "--set",
      "data.batch_size=40",
      "--set",
      "mesh.shards=4",
      "--set",
      "metrics=[]",
      "--set",
      "seed=8",
      "--set",
      "steps=550"
    };
    Holdfast.Result forked = holdfast(command);
    assertThat(forked.exitCode()).as(forked.all()).isZero();
    assertThat(forked.out()).contains("Forked ckpt-").contains("(step " + MIDDLE + ")");
    assertThat(RunFiles.newestStep(fork)).isEqualTo(550);
    Holdfast.Result start = holdfast("diff", finished.toString(), MIDDLE, fork.toString(), MIDDLE);
    assertThat(start.exitCode()).as(start.all()).isEqualTo(1);
    assertThat(start.out().lines().filter(line -> line.contains("VARIABLE_VALUE")))
        .as("only the learning rate begins anew")
        .singleElement()
        .asString()
        .contains("_learning_rate");
    assertThat(RunFiles.startingWith(finished, "")).isEqualTo(before);

    Holdfast.Result again = holdfast(command);
    assertThat(again.exitCode()).as(again.all()).isEqualTo(2);
    assertThat(again.err()).contains("has checkpoints already");
  }

  @Test
  void aForkThatDoesNotFitIsRefusedAndWritesNothing() throws Exception {
    Path fork = directory.resolve("refused");
    for (List<String> options :
        List.of(
            List.of("--from", middle(), "--set", "optimizer={adamw: {}}"),
            List.of("--from", middle(), "--set", "steps=" + MIDDLE),
            List.of("--from", middle(), "--restart"),
            List.of("--from", "ckpt-t1r1-" + MIDDLE),
            List.of("--from", finished + "/1"),
            List.<String>of())) {
      List<String> command =
          new ArrayList<>(List.of("run", job.toString(), "--dir", fork.toString(), "--fork"));
      command.addAll(options);
      Holdfast.Result refused = holdfast(command.toArray(String[]::new));
      assertThat(refused.exitCode()).as(options + refused.all()).isEqualTo(2);
      assertThat(refused.err()).as(options.toString()).contains("allowed");
      assertThat(fork).doesNotExist();
    }
  }

  /** The checkpoint in the middle, as --fork takes it. */
  private String middle() throws Exception {
    String index =
        RunFiles.startingWith(finished, "ckpt-").stream()
            .filter(name -> name.endsWith("-" + MIDDLE + ".index"))
            .findFirst()
            .orElseThrow();
    return finished + "/" + index.substring(0, index.length() - ".index".length());
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
