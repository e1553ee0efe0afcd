package io.holdfast.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.bundle.CheckpointState;
import io.holdfast.storage.store.Fault;
import io.holdfast.storage.store.FaultPlan;
import io.holdfast.storage.store.FaultyStore;
import io.holdfast.storage.store.LocalStore;
import io.holdfast.storage.store.ObjectInfo;
import io.holdfast.storage.store.ObjectStore;
import io.holdfast.storage.store.ProcessKilledException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Any one file of a checkpoint that has a parity file can be lost. */
class RepairTest {
  private static final Prefix OLD = new Prefix(1, 1, 10);
  private static final Prefix NEW = new Prefix(1, 1, 20);
  private static final String PARITY = NEW + ".parity";

  /** What befalls a file. */
  enum Loss {
    GONE {
      @Override
      void inflict(Path file) throws IOException {
        Files.delete(file);
      }
    },
    EMPTY {
      @Override
      void inflict(Path file) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    CUT_OFF {
      @Override
      void inflict(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
      }
    },
    GROWN {
      @Override
      void inflict(Path file) throws IOException {
        Files.write(file, new byte[1], StandardOpenOption.APPEND);
      }
    },
    FLIPPED {
      @Override
      void inflict(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 0x20;
        Files.write(file, bytes);
      }
    };

    abstract void inflict(Path file) throws IOException;
  }

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Loss.class)
  void anyOneFileIsRebuiltBitForBit(Loss loss) throws Exception {
    begin(LocalStore.open(directory.resolve("whole")));
    Map<String, String> whole = files(directory.resolve("whole"));
    assertThat(whole).containsKey(PARITY).hasSize(2 * (2 + SmallRun.SHARDS) + 1);
    for (String name : whole.keySet()) {
      if (!name.startsWith(NEW.toString())) {
        continue;
      }
      Path run = Files.createDirectory(directory.resolve(loss + "-" + name));
      begin(LocalStore.open(run));
      loss.inflict(run.resolve(name));
      RepairReport report = repair(LocalStore.open(run));
      assertThat(report.rebuilt()).as("%s %s", loss, name).containsExactly(name);
      assertThat(files(run)).as("%s %s", loss, name).isEqualTo(whole);
      assertThat(run.resolve(".holdfast/quarantine/" + name).toFile().exists())
          .as("%s %s: the damaged one is put aside", loss, name)
          .isEqualTo(loss != Loss.GONE);
      assertThat(new CheckpointDirectory(LocalStore.open(run)).verifyWithParity(NEW).isClean())
          .isTrue();
    }
  }

  @Test
  void theIndexAndOneShardFileCanBeLostTogether() throws Exception {
    begin(LocalStore.open(directory));
    Map<String, String> whole = files(directory);
    Files.delete(directory.resolve(NEW.files().index()));
    Files.delete(directory.resolve(NEW.files().shard(0, SmallRun.SHARDS)));
    CheckpointDirectory reader = new CheckpointDirectory(LocalStore.open(directory));
    assertThat(reader.lostIndexes()).containsExactly(NEW);
    assertThat(repair(reader.store()).rebuilt()).hasSize(2);
    assertThat(files(directory)).isEqualTo(whole);
  }

  @Test
  void whatCannotBeRepairedIsToldAndNotTouched() throws Exception {
    begin(LocalStore.open(directory));
    for (int shard = 1; shard <= 2; shard++) {
      Loss.FLIPPED.inflict(directory.resolve(NEW.files().shard(shard, SmallRun.SHARDS)));
    }
    Map<String, String> before = files(directory);
    RepairReport report = repair(LocalStore.open(directory));
    assertThat(report.isWhole()).isFalse();
    assertThat(report.rebuilt()).isEmpty();
    assertThat(report.damage().stream().map(f -> f.file()).distinct()).hasSize(2);
    assertThat(files(directory)).isEqualTo(before);

    Files.delete(directory.resolve(PARITY));
    assertThat(repair(LocalStore.open(directory)).damage())
        .anyMatch(finding -> finding.file().equals(PARITY));
  }

  @Test
  void aParityFileThatIsNotThisCheckpointsIsNotUsed() throws Exception {
    begin(LocalStore.open(directory));
    Files.copy(
        directory.resolve(OLD + ".parity"),
        directory.resolve(PARITY),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.delete(directory.resolve(NEW.files().shard(1, SmallRun.SHARDS)));
    Map<String, String> before = files(directory);
    assertThat(repair(LocalStore.open(directory)).isWhole()).isFalse();
    assertThat(files(directory)).isEqualTo(before);
  }

  /** Every bit of a parity file in turn, and the file is made anew as it was. */
  @Test
  void everyFlippedBitOfAParityFileIsFoundAndMended() throws IOException {
    FaultyStore disk = new FaultyStore(1, SmallRun.CLOCK);
    ObjectStore store = disk.connect("reader").store();
    begin(disk.connect("leader").store());
    CheckpointDirectory reader = new CheckpointDirectory(store);
    byte[] sound = store.readSmall(PARITY, 1 << 20);
    for (int at = 0; at < sound.length; at++) {
      disk.flip(PARITY, at, 1 << at % 8);
      VerificationReport report = reader.verifyWithParity(NEW);
      assertThat(report.isWhole()).as("byte %s", at).isTrue();
      assertThat(report.isClean()).as("byte %s", at).isFalse();
      disk.flip(PARITY, at, 1 << at % 8);
    }
    disk.flip(PARITY, sound.length - 1, 1);
    assertThat(repair(store).rebuilt()).containsExactly(PARITY);
    assertThat(store.readSmall(PARITY, 1 << 20)).isEqualTo(sound);
  }

  /** A fault at each call of a repair in turn; the next one finishes it. */
  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"KILL_AFTER", "POWER_LOSS_AFTER", "ERROR", "ERROR_AFTER", "NO_SPACE"})
  void aRepairThatIsCutOffIsFinishedByTheNext(Fault fault) throws IOException {
    for (String name : new String[] {NEW.files().index(), NEW.files().shard(1, SmallRun.SHARDS)}) {
      boolean struck = true;
      for (long at = 0; struck; at++) {
        FaultyStore disk = new FaultyStore(at, SmallRun.CLOCK);
        begin(disk.connect("before").store());
        byte[] sound = disk.connect("x").store().readSmall(name, 1 << 20);
        disk.flip(name, 3, 8);
        FaultyStore.Client client = disk.connect("repairing");
        CheckpointKeeper keeper = SmallRun.lead(client.store());
        long first = client.calls() + at;
        client.plan(FaultPlan.once(first, fault));
        try {
          keeper.repair(NEW, true);
        } catch (IOException | ProcessKilledException e) {
          assertThat(e).isNotNull();
        }
        struck = client.calls() > first || !client.isAlive();
        String where = fault + " at call " + at + " for " + name;
        ObjectStore store = disk.connect("next").store();
        assertThat(repair(store).isWhole()).as(where).isTrue();
        assertThat(store.readSmall(name, 1 << 20)).as(where).isEqualTo(sound);
        CheckpointDirectory reader = new CheckpointDirectory(store);
        assertThat(reader.list().orphans()).as(where).isEmpty();
        assertThat(store.list(".holdfast/staging").stream().map(ObjectInfo::name))
            .as(where)
            .isEmpty();
        assertThat(reader.verifyWithParity(NEW).isClean()).as(where).isTrue();
        assertThat(reader.list().find(OLD)).as(where).isPresent();
      }
    }
  }

  /** A fault at each call of making a parity file in turn. */
  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"KILL_AFTER", "POWER_LOSS_AFTER", "ERROR", "ERROR_AFTER", "NO_SPACE"})
  void aParityFileIsThereWholeOrNotAtAll(Fault fault) throws IOException {
    boolean struck = true;
    for (long at = 0; struck; at++) {
      FaultyStore disk = new FaultyStore(at, SmallRun.CLOCK);
      CheckpointKeeper before = SmallRun.lead(disk.connect("before").store());
      before.commit(SmallRun.write(before, OLD));
      before.readBack(OLD);
      FaultyStore.Client client = disk.connect("leader");
      CheckpointKeeper keeper = SmallRun.lead(client.store());
      long first = client.calls() + at;
      client.plan(FaultPlan.once(first, fault));
      try {
        SmallRun.addParity(keeper, OLD);
      } catch (IOException | ProcessKilledException e) {
        assertThat(e).isNotNull();
      }
      struck = client.calls() > first || !client.isAlive();
      String where = fault + " at call " + at;
      CheckpointDirectory reader = new CheckpointDirectory(disk.connect("reader").store());
      assertThat(reader.verifyWithParity(OLD).isClean()).as(where).isTrue();
      CheckpointKeeper next = SmallRun.lead(disk.connect("next").store());
      assertThat(next.collectGarbage().isSettled()).as(where).isTrue();
      assertThat(next.repair(OLD, true).isWhole()).as(where).isTrue();
      assertThat(reader.list().find(OLD).flatMap(StoredCheckpoint::parity)).as(where).isPresent();
      assertThat(reader.verifyWithParity(OLD).isClean()).as(where).isTrue();
      assertThat(reader.store().list(".holdfast/staging")).as(where).isEmpty();
    }
  }

  @Test
  void anIndexIsNotRestoredBesideAnotherOfItsStep() throws IOException {
    FaultyStore disk = new FaultyStore(1, SmallRun.CLOCK);
    ObjectStore store = disk.connect("leader").store();
    begin(store);
    store.delete(NEW.files().index());
    CheckpointKeeper keeper = SmallRun.lead(store);
    Prefix again = new Prefix(keeper.term(), 1, NEW.step());
    assertThat(keeper.commit(SmallRun.write(keeper, again)).status())
        .isEqualTo(CommitOutcome.Status.COMMITTED);
    RepairReport report = keeper.repair(NEW, true);
    assertThat(report.damage()).hasSize(1);
    assertThat(report.damage().get(0).problem()).contains(again.toString());
    assertThat(new CheckpointDirectory(store).list().find(NEW)).isEmpty();
  }

  @Test
  void retentionRemovesParityFilesTooAndWhatItRemovedIsNotRestored() throws Exception {
    FaultyStore disk = new FaultyStore(1, SmallRun.CLOCK);
    CheckpointKeeper keeper = begin(disk.connect("leader").store());
    ObjectStore store = disk.connect("reader").store();
    RetentionPolicy one =
        RetentionPolicy.keepNewest(1, true, "run-1", SmallRun.START, Duration.ZERO);
    // The rest of the old one stays: its deletion is cut off behind the index.
    FaultyStore.Client cut = disk.connect("cut");
    CheckpointKeeper cutting = SmallRun.lead(cut.store());
    cut.plan(
        call ->
            call.operation().equals("rename") && call.path().startsWith(OLD + ".data")
                ? Fault.KILL_BEFORE
                : Fault.NONE);
    try {
      cutting.pruner().apply(cutting.pruner().plan(one));
    } catch (ProcessKilledException e) {
      assertThat(e).isNotNull();
    }
    CheckpointDirectory reader = new CheckpointDirectory(store);
    assertThat(reader.list().orphans()).containsKey(OLD);
    assertThat(reader.lostIndexes()).as("deleted, not lost").isEmpty();
    CheckpointKeeper next = SmallRun.lead(store);
    assertThat(next.collectGarbage().isSettled()).isTrue();
    assertThat(store.list("").stream().map(ObjectInfo::name))
        .noneMatch(name -> name.startsWith(OLD.toString()))
        .contains(PARITY);
    keeper.close();
  }

  @Test
  void whatIsVoidAndHasLostItsIndexIsNotRestored() throws Exception {
    FaultyStore disk = new FaultyStore(1, SmallRun.CLOCK);
    ObjectStore store = disk.connect("leader").store();
    begin(store);
    store.delete(NEW.files().index());
    CheckpointKeeper next = SmallRun.lead(store);
    assertThat(next.begin(SmallRun.startAt(2, Optional.of(OLD))).isSettled()).isTrue();
    CheckpointDirectory reader = new CheckpointDirectory(store);
    assertThat(reader.lostIndexes()).isEmpty();
    assertThat(reader.list().orphans()).isEmpty();
    assertThat(store.list(CheckpointKeeper.VOID).stream().map(ObjectInfo::name))
        .anyMatch(name -> name.endsWith(PARITY));
  }

  private static RepairReport repair(ObjectStore store) throws IOException {
    CheckpointKeeper keeper = SmallRun.lead(store);
    RepairReport report = keeper.repair(NEW, true);
    assertThat(keeper.settle().isSettled()).isTrue();
    assertThat(keeper.collectGarbage().isSettled()).isTrue();
    keeper.close();
    return report;
  }

  /** Two verified checkpoints with parity files. */
  private static CheckpointKeeper begin(ObjectStore store) throws IOException {
    CheckpointKeeper keeper = SmallRun.lead(store);
    for (Prefix prefix : new Prefix[] {OLD, NEW}) {
      keeper.commit(SmallRun.write(keeper, prefix));
      assertThat(keeper.readBack(prefix).isClean()).isTrue();
      SmallRun.addParity(keeper, prefix);
    }
    keeper.close();
    return keeper;
  }

  /** The run's files by name, but for the times in {@code checkpoint}. */
  private static Map<String, String> files(Path run) throws Exception {
    Map<String, String> files = new TreeMap<>();
    try (var listed = Files.list(run)) {
      for (Path file : listed.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        byte[] bytes = Files.readAllBytes(file);
        files.put(
            name,
            name.equals(CheckpointState.FILE)
                ? CheckpointState.parse(name, bytes).allPaths().toString()
                : Arrays.toString(bytes));
      }
    }
    return files;
  }
}
