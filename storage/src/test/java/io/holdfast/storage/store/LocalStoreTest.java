package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStoreTest extends ObjectStoreContract {
  private static final int RACING_PROCESSES = 3;
  private static final int CLAIMS_EACH = 300;

  @TempDir Path directory;

  @Override
  protected ObjectStore open() throws IOException {
    return LocalStore.open(directory);
  }

  @Test
  void aMissingRunDirectoryIsNotMadeByReaders() {
    Path missing = directory.resolve("none");
    assertThatThrownBy(() -> LocalStore.openExisting(missing))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(missing).doesNotExist();
  }

  @Test
  void oneTokenStandsForTheTerm() throws IOException {
    claim(open());
    claim(open());
    try (Stream<Path> tokens = Files.list(directory.resolve(".holdfast/terms"))) {
      assertThat(tokens.map(p -> p.getFileName().toString().replaceAll("-.*", "")))
          .containsExactly("2");
    }
    try (Stream<Path> children = Files.list(directory.resolve(".holdfast"))) {
      assertThat(children.map(p -> p.getFileName().toString())).containsExactly("terms");
    }
  }

  @Test
  void aLeaderWhoseHoldfastFolderWasRemovedIsFenced() throws IOException {
    Tenure old = claim(open());
    publish(old, "a", "1");
    removeTree(directory.resolve(".holdfast"));
    assertThat(publish(old, "b", "1")).isEqualTo(PublishOutcome.Status.FENCED);

    Tenure successor = claim(open(), 0);
    assertThat(successor.term()).isEqualTo(old.term());
    assertThat(publish(old, "b", "1")).isEqualTo(PublishOutcome.Status.FENCED);
    assertThat(old.delete("a").isFenced()).isTrue();
    assertThat(publish(successor, "b", "1")).isEqualTo(PublishOutcome.Status.PUBLISHED);
  }

  @Test
  void damagedFoldersCanBeClaimed() throws IOException {
    Files.createDirectory(directory.resolve(".holdfast"));
    assertThat(claim(open(), 4).term()).isEqualTo(5);
    removeTree(directory.resolve(".holdfast/terms"));
    Files.createDirectory(directory.resolve(".holdfast/terms"));
    assertThat(claim(open(), 5).term()).isEqualTo(6);
  }

  @Test
  void copiesOfTokensGoWithTheNextClaim() throws IOException {
    Tenure first = claim(open());
    Path terms = directory.resolve(".holdfast/terms");
    Path copy = Files.createDirectory(terms.resolve("1-00000000000000ff"));
    Files.writeString(copy.resolve("claim.json"), "{}");
    claim(open());
    claim(open());
    assertThat(first.isFenced()).isTrue();
    try (Stream<Path> tokens = Files.list(terms)) {
      assertThat(tokens).hasSize(1);
    }
  }

  @Test
  void aGarbledClaimOrLeaderRecordIsNone() throws IOException {
    ObjectStore store = open();
    Tenure tenure = claim(store);
    tenure.record(record(1, 3));
    try (Stream<Path> tokens = Files.list(directory.resolve(".holdfast/terms"))) {
      Files.writeString(tokens.findFirst().orElseThrow().resolve("claim.json"), "{\"term\": 1}");
    }
    Files.writeString(directory.resolve(".holdfast/leader"), "garbage");
    assertThat(store.lastClaim()).isEmpty();
    assertThat(LeaderRecord.read(store)).isEmpty();
  }

  /** Real processes, each with its own view of the directory, claim one after the other. */
  @Test
  void processesThatRaceNeverShareATerm() throws Exception {
    List<Process> racers = new ArrayList<>();
    for (int i = 0; i < RACING_PROCESSES; i++) {
      racers.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ClaimRacer.class.getName(),
                  directory.toString(),
                  Integer.toString(CLAIMS_EACH))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    }
    List<Long> terms = new ArrayList<>();
    for (Process racer : racers) {
      try (var lines = racer.inputReader()) {
        lines.lines().map(Long::parseLong).forEach(terms::add);
      }
      assertThat(racer.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(racer.exitValue()).isZero();
    }
    assertThat(terms).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(CLAIMS_EACH);
    assertThat(open().currentTerm()).hasValue(terms.stream().mapToLong(t -> t).max().orElseThrow());
  }

  private static void removeTree(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
