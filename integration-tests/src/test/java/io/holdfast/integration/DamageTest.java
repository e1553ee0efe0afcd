package io.holdfast.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damage to each file of the newest checkpoint: found and named, the one before is used, the bits
 * come out the same.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamageTest {
  @TempDir static Path directory;

  private final long seed = Long.getLong("holdfast.seed", System.nanoTime());
  private Path job;
  private Path finished;
  private String digest;

  /** What can happen to a file. */
  enum Damage {
    FLIPPED_BIT,
    CUT_OFF,
    GONE,
    FOREIGN
  }

  @BeforeAll
  void finishARun() throws Exception {
    System.out.println("DamageTest: -Dholdfast.seed=" + seed);
    job = SmallJob.write(directory);
    finished = directory.resolve("finished");
    Holdfast.Result result = Holdfast.run(directory, "run", job.toString(), "--dir", "finished");
    assertThat(result.exitCode()).as(result.all()).isZero();
    digest = Holdfast.digest(directory, finished, SmallJob.STEPS);
  }

  @TestFactory
  List<DynamicTest> eachFileInEachWay() throws IOException {
    List<String> files = filesOf(SmallJob.STEPS);
    assertThat(files).hasSizeGreaterThanOrEqualTo(2);
    return files.stream()
        .flatMap(
            file ->
                List.of(Damage.values()).stream()
                    .map(
                        damage ->
                            DynamicTest.dynamicTest(
                                file + " " + damage, () -> damageAndResume(file, damage))))
        .toList();
  }

  private void damageAndResume(String file, Damage damage) throws Exception {
    Path run = directory.resolve(damage + "-" + file);
    RunFiles.copy(finished, run);
    damage(run, file, damage);

    Holdfast.Result verified = Holdfast.run(directory, "verify", run.toString());
    assertThat(verified.exitCode()).as(verified.all()).isEqualTo(3);
    assertThat(verified.err()).contains(file);

    Holdfast.Result resumed =
        Holdfast.run(directory, "run", job.toString(), "--dir", run.toString());
    assertThat(resumed.exitCode()).as(resumed.all()).isZero();
    assertThat(resumed.out()).contains("Restored from");
    if (!(damage == Damage.GONE && file.endsWith(".index"))) {
      assertThat(resumed.err()).as("loudly").contains(file);
    }
    assertThat(Holdfast.digest(directory, run, SmallJob.STEPS))
        .as("seed %d", seed)
        .isEqualTo(digest);
  }

  @Test
  void whenAllAreDamagedNothingIsDeletedAndOnlyRestartGoesOn() throws Exception {
    Path run = directory.resolve("hopeless");
    RunFiles.copy(finished, run);
    for (String name : RunFiles.startingWith(run, "ckpt-")) {
      if (!name.endsWith(".index")) {
        damage(run, name, Damage.FLIPPED_BIT);
      }
    }
    List<String> before = RunFiles.startingWith(run, "");
    Holdfast.Result refused =
        Holdfast.run(directory, "run", job.toString(), "--dir", run.toString());
    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(3);
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(RunFiles.startingWith(run, "")).isEqualTo(before);

    Holdfast.Result restarted =
        Holdfast.run(directory, "run", job.toString(), "--dir", run.toString(), "--restart");
    assertThat(restarted.exitCode()).as(restarted.all()).isZero();
    assertThat(restarted.out()).contains("Starting from scratch");
    assertThat(Holdfast.digest(directory, run, SmallJob.STEPS)).isEqualTo(digest);
    assertThat(RunFiles.startingWith(run.resolve(".holdfast/void"), "ckpt-"))
        .containsAll(filesOf(SmallJob.STEPS));
  }

  @Test
  void aChangedJobIsRefusedByKey() throws Exception {
    Holdfast.Result refused =
        Holdfast.run(
            directory, "run", job.toString(), "--dir", finished.toString(), "--set", "seed=8");
    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(2);
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.err()).contains("seed");
  }

  private List<String> filesOf(long step) throws IOException {
    return RunFiles.startingWith(finished, "ckpt-").stream()
        .filter(name -> name.matches(".*-" + step + "\\..*"))
        .toList();
  }

  private void damage(Path run, String name, Damage damage) throws IOException {
    Path file = run.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(seed);
    switch (damage) {
      case FLIPPED_BIT -> {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
      }
      case CUT_OFF ->
          Files.write(file, java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
      case GONE -> Files.delete(file);
      case FOREIGN ->
          Files.copy(
              run.resolve(sameOfAnEarlierStep(name)), file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private String sameOfAnEarlierStep(String name) throws IOException {
    String suffix =
        name.substring(
            name.lastIndexOf('-' + Long.toString(SmallJob.STEPS))
                + 1
                + Long.toString(SmallJob.STEPS).length());
    String earlier = "-" + (SmallJob.STEPS - SmallJob.EVERY_STEPS) + suffix;
    return RunFiles.startingWith(finished, "ckpt-").stream()
        .filter(other -> other.endsWith(earlier))
        .findFirst()
        .orElseThrow();
  }
}
